# Two commands do all the set-up: `make demo` and `make test`. Python 3.11 or later and the package registry are enough.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin

IMAGE  ?= localhost/salesbot
NPM    := tests/conformance/node_modules
PUBLIC := $(NPM)/@octokit

.PHONY: help test demo bench lint types conformance image image-test pictures lock clean

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

test: $(VENV)/ready  ## set up and run every test
	$(BIN)/python -m pytest -n auto

demo: $(VENV)/ready  ## play a sales team's week through the real program, on this machine
	@$(BIN)/salesbot demo

bench: $(VENV)/ready  ## what an event costs: requests, seconds, CPU
	@$(BIN)/python -m tests.bench

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

image:  ## build the Action's image (needs buildah)
	@IMAGE=$(IMAGE) .ci/image

image-test: $(VENV)/ready  ## run moves in the image, as GitHub's runner does
	SALESBOT_IMAGE=$(IMAGE) $(BIN)/python -m pytest tests/image

lock:  ## write the lock files anew (needs uv)
	uv pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11 pyproject.toml -o locks/run.txt
	uv pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11 pyproject.toml --extra sandbox --group dev -o locks/dev.txt
	uv pip compile --quiet --universal --generate-hashes --no-header --python-version 3.15 --group build -o locks/build.txt

clean:  ## take away what make made
	rm -rf $(VENV) $(NPM) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
