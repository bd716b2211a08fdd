"""The image does what the program does: events go in as GitHub's runner hands them over, the sandbox is the API."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from github_sandbox import Repo, Run, Sandbox, Workflow

CONTAINER = Path(__file__).with_name("container.py")
MOST_BYTES = 35_000_000
"""What a runner pulls before it can start."""
START = "import runpy; start = runpy.run_path('/opt/salesbot/start/start.py', run_name='start')\n"
"""Imports from the pack, as the program does, without starting it."""


def buildah(*args: str) -> str:
    return subprocess.run(["buildah", *args], check=True, capture_output=True, text=True).stdout.strip()


def inside(container: str, look: str) -> str:
    """Run some Python in the container, beside the program, and return what it prints."""
    with tempfile.TemporaryDirectory() as folder:
        # Through a file: under load, buildah sometimes ends before it has passed on what was printed.
        to_file = f"import sys; sys.stdout = open('/answer/printed', 'w')\n{look}"
        mount = f"--volume={folder}:/answer"
        line = ["/opt/salesbot/bin/python", "-c", START + to_file]
        buildah("run", "--isolation=chroot", "--network=host", mount, container, "--", *line)
        return Path(folder, "printed").read_text(encoding="utf-8").strip()


@pytest.fixture(scope="module")
def container() -> Iterator[str]:
    name = buildah("from", "--pull-never", os.environ["SALESBOT_IMAGE"])
    yield name
    buildah("rm", name)


@pytest.fixture(scope="module")
def github(container: str) -> Iterator[Sandbox]:
    workflow = Workflow([sys.executable, str(CONTAINER), container])
    with Sandbox(at=datetime(2026, 11, 23, 9, tzinfo=UTC), step=1, workflow=workflow) as sandbox:
        sandbox.repo("acme/sales", roles={"ann": "triage", "nora": "write", "kim": "admin"})
        yield sandbox


@pytest.fixture(scope="module")
def sales(github: Sandbox) -> Repo:
    return github.repo("acme/sales")


@pytest.fixture(scope="module")
def deal(github: Sandbox, sales: Repo) -> int:
    number = sales.open_issue("ann", "Acme GmbH: new shop", "### Company\n\nAcme GmbH\n")
    reconcile(github)
    return number


def reconcile(github: Sandbox) -> list[Run]:
    runs = [github.run(delivery) for delivery in github.outbox]
    assert [(run.exit_code, run.stderr) for run in runs] == [(0, "")] * len(runs), runs[0].stdout
    return runs


def test_a_new_issue_becomes_a_lead(sales: Repo, deal: int) -> None:
    issue = sales.issue(deal)
    assert issue.labels == ("stage:lead",)
    assert len(issue.comments) == 2, "the card and the qualification checklist, from templates inside the image"


def test_a_refused_move_goes_back(github: Sandbox, sales: Repo, deal: int) -> None:
    sales.swap("ann", deal, "stage:lead", "stage:won")
    reconcile(github)
    assert sales.issue(deal).labels == ("stage:lead",)
    assert "A deal in lead cannot go to won" in sales.issue(deal).comments[-1].body


def test_a_move_by_command_is_told_to_the_runner(github: Sandbox, sales: Repo, deal: int) -> None:
    sales.comment("nora", deal, '/value 24k EUR\n/qualify --force "we know them"')
    [run] = reconcile(github)
    assert sales.issue(deal).labels == ("stage:qualified",)
    assert "24000 EUR" in sales.issue(deal).body
    assert run.outputs["stage"] == "qualified"
    assert run.outputs["moved"] == "true"
    assert "add the label stage:qualified" in json.loads(run.outputs["changes"])
    assert "from lead to qualified by nora" in run.summary


def test_a_configuration_with_a_zone_of_its_own_is_read(github: Sandbox, sales: Repo, deal: int) -> None:
    sales.push("kim", ".github/salesbot.yml", "version: 1\ntimezone: Europe/Berlin\ncurrency: CHF\n")
    sales.comment("nora", deal, "/revisit 2027-03-01 budget comes in spring")
    reconcile(github)
    assert sales.issue(deal).labels == ("stage:revisit",)
    assert "2027-03-01" in sales.issue(deal).body


def test_a_wrong_configuration_is_reported_with_its_line(github: Sandbox, sales: Repo, deal: int) -> None:
    sales.push("kim", ".github/salesbot.yml", "version: 1\ncurency: CHF\n")
    sales.comment("nora", deal, "/status")
    run = github.run(github.outbox[-1])
    assert run.exit_code == 2
    assert "::error::.github/salesbot.yml:2:1" in run.stdout


def test_every_template_is_compiled(container: str) -> None:
    counted = (
        "from salesbot.adapters.templates import builtin_names, compiled_home; "
        "print(len(list(compiled_home().iterdir())) == len(builtin_names()) > 0)"
    )
    assert inside(container, counted) == "True"


def test_there_is_no_pip_no_sandbox_and_no_demo_in_it(container: str) -> None:
    names = ["pip", "github_sandbox", "salesbot_demo", "starlette", "graphql"]
    look = f"from importlib.util import find_spec; print([name for name in {names} if find_spec(name)])"
    assert inside(container, look) == "[]"


def test_there_is_no_shell_and_no_package_manager(container: str) -> None:
    look = "import glob; print(set(glob.glob('/bin/*') + glob.glob('/usr/*bin/*') + glob.glob('/usr/local/*bin/*')))"
    names = ast.literal_eval(inside(container, look))
    assert {Path(name).name for name in names} == {"python3.15"}


def test_it_finds_hosts_trusts_authorities_and_knows_time_zones(container: str) -> None:
    look = (
        "import requests, socket, ssl, zoneinfo; "
        "context = ssl.create_default_context(cafile=requests.certs.where()); "
        "print(bool(socket.getaddrinfo('localhost', 443)), len(context.get_ca_certs()) > 50, "
        "len(zoneinfo.available_timezones()) > 400, 'ü'.encode().decode())"
    )
    assert inside(container, look) == "True True True ü"


def test_nothing_is_written_or_compiled_at_run_time(container: str) -> None:
    flags = inside(container, "print(open('/opt/salesbot/bin/salesbot').readline())").split()
    assert flags == ["#!/opt/salesbot/bin/python", "-IBSuXlazy_imports=all"]


def test_it_says_what_it_is_made_of(container: str) -> None:
    parts = json.loads(inside(container, "print(open('/opt/salesbot/sbom.cdx.json').read())"))
    names = {part["name"] for part in parts["components"]}
    assert {"python", "pygithub", "requests", "jinja2", "cryptography"} <= names
    assert all(part["version"] and part["purl"] for part in parts["components"])


def test_it_is_one_small_layer(container: str, tmp_path: Path) -> None:
    buildah("push", os.environ["SALESBOT_IMAGE"], f"oci:{tmp_path}")
    blobs = tmp_path / "blobs" / "sha256"
    [entry] = json.loads((tmp_path / "index.json").read_text())["manifests"]
    layers = json.loads((blobs / entry["digest"].removeprefix("sha256:")).read_text())["layers"]
    assert len(layers) == 1
    assert sum(layer["size"] for layer in layers) < MOST_BYTES
