# Two commands do all the set-up: `make demo` and `make test`. Python 3.11 or later and the package registry are enough.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin

IMAGE  ?= localhost/salesbot
CHROMIUM ?= $(shell command -v chromium || command -v chromium-browser || command -v google-chrome)
NPM    := tests/conformance/node_modules
PUBLIC := $(NPM)/@octokit

.PHONY: help test demo threats fuzz hostile explore bench growth lint types conformance workflows docs prose parts browser audit data image image-test pictures lock clean

help:  ## say what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(VENV)/ready: locks/dev.txt pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) is not here: install Python 3.11 or later, or say make PYTHON=/path/to/python"; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "salesbot needs Python 3.11 or later; $(PYTHON) is `$(PYTHON) -V`"; exit 2; }
	@echo "Setting up $(VENV) (once, about a minute)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r locks/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

# Each worker compiles the tests; whatever the environment says, that is kept for the next time.
test: export PYTHONDONTWRITEBYTECODE :=
test: $(VENV)/ready  ## set up and run every test
	$(BIN)/python -m pytest -n auto --maxschedchunk 25

demo: $(VENV)/ready  ## play a sales team's work through the real program, on this machine
	@$(BIN)/salesbot demo

threats: $(VENV)/ready  ## take out each defence, and show that a test notices
	@$(BIN)/python -m tests.threats

$(VENV)/fuzz: $(VENV)/ready locks/fuzz.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r locks/fuzz.txt
	@touch $@

fuzz: $(VENV)/fuzz  ## look for texts that break what reads them (SECONDS for each reader, 20)
	@$(BIN)/python -m tests.fuzz --seconds $(or $(SECONDS),20)

hostile: $(VENV)/ready  ## feed ten thousand hostile texts through event, sweep and report
	@$(BIN)/python -m tests.hostile

explore: $(VENV)/ready  ## play the property tests with new seeds, until Ctrl-C (SECONDS, SEED, FILES)
	@$(BIN)/python -m tests.explore $(if $(SECONDS),--seconds $(SECONDS)) $(if $(SEED),--seed $(SEED)) $(FILES)

bench: $(VENV)/ready  ## what an event, a board, a report, the sandbox's page and a start cost: requests, seconds, CPU, memory (JSON=FILE keeps those of events)
	@$(BIN)/python -m benchmarks.events $(if $(JSON),--json $(JSON))
	@$(BIN)/python -m benchmarks.board
	@$(BIN)/python -m benchmarks.report
	@$(BIN)/python -m benchmarks.page
	@$(BIN)/python -m benchmarks.start_profile

growth: TO ?= docs/pictures
growth: $(VENV)/ready  ## measure what grows and where a start's time goes, and draw both (ROOT: the image's files; MANY=1: 100,000 deals too; TO)
	@$(BIN)/python -m benchmarks.start_profile --json $(TO)/performance-start.json $(if $(ROOT),--root $(ROOT))
	@$(BIN)/python -m benchmarks.growth --json $(TO)/performance-growth.json $(if $(MANY),--many)
	@$(BIN)/python -m benchmarks.pictures $(TO)/performance-start.json $(TO)/performance-growth.json --to $(TO)

lint: $(VENV)/ready  ## ruff: style and common mistakes
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/ready  ## mypy --strict
	$(BIN)/mypy

$(NPM)/ready: tests/conformance/package-lock.json
	@command -v npm >/dev/null || { echo "npm is not here: install Node.js 20 or later; what GitHub publishes comes as npm packages"; exit 2; }
	@npm ci --prefix tests/conformance --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

conformance: export GITHUB_SCHEMA := $(PUBLIC)/graphql-schema/schema.graphql
conformance: export GITHUB_OPENAPI := $(PUBLIC)/openapi/generated/api.github.com.json
conformance: export WEBHOOK_EXAMPLES := $(PUBLIC)/webhooks-examples/api.github.com/index.json
conformance: export WEBHOOK_SCHEMA := $(PUBLIC)/webhooks-schemas/schema.json
conformance: $(VENV)/ready $(NPM)/ready  ## compare with what GitHub publishes: schemas, API description, example events
	$(BIN)/python -m pytest tests/conformance

$(VENV)/workflows: $(VENV)/ready locks/workflows.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r locks/workflows.txt
	@touch $@

WRITTEN := $(VENV)/written
WORKFLOWS := $(wildcard .github/workflows/*.yml templates/github/workflows/*.yml)

workflows: $(VENV)/workflows  ## actionlint, zizmor and the published schemas, on our workflows, action.yml and what init writes
	rm -rf $(WRITTEN) && git init --quiet $(WRITTEN)
	$(BIN)/salesbot init --repo $(WRITTEN) --owner acme/our-bot --light --timezone Asia/Kolkata --currency INR --form u6nXL7 --streak agxz --yes
	git init --quiet $(WRITTEN)/image
	$(BIN)/salesbot init --repo $(WRITTEN)/image --image ghcr.io/acme/our-bot:1.0.0 --timezone Asia/Kolkata --yes
	$(BIN)/actionlint $(WORKFLOWS) $(WRITTEN)/.github/workflows/*.yml $(WRITTEN)/image/.github/workflows/*.yml
	$(BIN)/zizmor --offline --pedantic --quiet .github action.yml light/action.yml $(wildcard templates/github/workflows/*.yml) $(WRITTEN)/.github/workflows/*.yml $(WRITTEN)/image/.github/workflows/*.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows $(WORKFLOWS) $(WRITTEN)/.github/workflows/*.yml $(WRITTEN)/image/.github/workflows/*.yml
	$(BIN)/check-jsonschema --schemafile schema/salesbot.schema.json $(WRITTEN)/.github/salesbot.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-issue-forms $(WRITTEN)/.github/ISSUE_TEMPLATE/*.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-actions action.yml light/action.yml

tests/browser/node_modules/ready: tests/browser/package-lock.json
	@command -v npm >/dev/null || { echo "npm is not here: install Node.js 20 or later; Mermaid and Playwright come as npm packages"; exit 2; }
	@npm ci --prefix tests/browser --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

browser: $(VENV)/ready tests/browser/node_modules/ready  ## in Chromium: the charts and the page of the report, and the sandbox
	@test -n "$(CHROMIUM)" || { echo "Chromium is not here: install it, or say make CHROMIUM=/path/to/chromium"; exit 2; }
	CHROMIUM=$(CHROMIUM) $(BIN)/python -m pytest tests/browser

pictures: $(VENV)/ready tests/browser/node_modules/ready  ## take the pictures of the README and the docs anew
	BROWSER=$(CHROMIUM) PYTHON=$(BIN)/python docs/pictures/make

$(VENV)/docs: $(VENV)/ready locks/docs.txt .ci/docs/package-lock.json
	@command -v npm >/dev/null || { echo "npm is not here: install Node.js 20 or later; what draws the diagrams comes as an npm package"; exit 2; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r locks/docs.txt
	@npm ci --prefix .ci/docs --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

docs: $(VENV)/docs  ## build the site of the documentation, and check its links
	@$(BIN)/python -m tests.docs.site

.ci/prose/node_modules/ready: .ci/prose/package-lock.json
	@command -v npm >/dev/null || { echo "npm is not here: install Node.js 20 or later; textlint comes as an npm package"; exit 2; }
	@npm ci --prefix .ci/prose --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

prose: $(VENV)/ready .ci/prose/node_modules/ready  ## textlint: plain words in pages, templates and messages
	@$(BIN)/python -m tests.docs.prose

parts: $(VENV)/ready  ## write what is made from the code: parts of the pages, light/action.yml
	@$(BIN)/python -m tests.docs.parts --write
	@$(BIN)/python .ci/light.py

$(VENV)/audit: $(VENV)/ready locks/audit.txt
	@command -v npm >/dev/null || { echo "npm is not here: install Node.js 20 or later"; exit 2; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r locks/audit.txt
	@touch $@

# What PyPI does not tell of counts as a failure: else a list that cannot be had would look like one with nothing on it.
audit: $(VENV)/audit  ## compare everything locked with what is known to be vulnerable (asks PyPI and npm)
	set -e; for lock in locks/*.txt; do $(BIN)/pip-audit --strict --disable-pip --require-hashes --progress-spinner off -r $$lock; done
	set -e; for lock in .ci/*/package-lock.json tests/*/package-lock.json; do (cd $${lock%/*} && npm audit --package-lock-only); done

$(VENV)/data/ready: locks/data.txt .ci/data/package-lock.json
	@command -v npm >/dev/null || { echo "npm is not here: install Node.js 20 or later; some lists come as npm packages"; exit 2; }
	@$(PYTHON) -m venv $(VENV)/data
	@$(VENV)/data/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r locks/data.txt
	@npm ci --prefix .ci/data --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

data: $(VENV)/data/ready  ## write the tables of mail hosts, suffixes, legal forms and emoji anew, and NOTICE
	$(VENV)/data/bin/python .ci/data/build.py

image:  ## build the Action's image (needs buildah)
	@IMAGE=$(IMAGE) .ci/image

image-test: $(VENV)/ready  ## run moves in the image, as GitHub's runner does
	SALESBOT_IMAGE=$(IMAGE) $(BIN)/python -m pytest tests/image

lock:  ## write the lock files anew (needs uv)
	uv pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11 pyproject.toml -o locks/run.txt
	uv pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11 pyproject.toml src/github_sandbox/pyproject.toml --group dev -o locks/dev.txt
	uv pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11 --group workflows -c locks/dev.txt -o locks/workflows.txt
	uv pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11 --group fuzz -c locks/dev.txt -o locks/fuzz.txt
	uv pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11 --group docs -c locks/dev.txt -o locks/docs.txt
	uv pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11 --group audit -c locks/dev.txt -o locks/audit.txt
	uv pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11 --group data -o locks/data.txt
	uv pip compile --quiet --universal --generate-hashes --no-header --python-version 3.15 --group build -o locks/build.txt

clean:  ## take away what make made
	rm -rf $(VENV) $(NPM) tests/browser/node_modules .ci/docs/node_modules .ci/prose/node_modules build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
