"""The workflow files for a private image: what a step starts, and what doctor reads of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from salesbot.core.installation import workflow_file
from salesbot.core.installation.image_step import Image, read_image, with_image

TOP = Path(__file__).parents[3]
SHIPPED = TOP / "templates/github/workflows"
DIGEST = f"sha256:{'a1' * 32}"


def image(text: str = "ghcr.io/acme/salesbot:1.0.0") -> Image:
    found = read_image(text)
    assert found is not None
    return found


def shipped(name: str) -> str:
    return (SHIPPED / f"{name}.yml").read_text(encoding="utf-8")


def job(text: str) -> Any:
    (found,) = yaml.safe_load(text)["jobs"].values()
    return found


def step(found: Any) -> Any:
    (ours,) = [each for each in found["steps"] if each.get("name") == "salesbot"]
    return ours


@pytest.mark.parametrize("name", ["sales", "report"])
def test_every_input_is_a_variable_of_the_step(name: str) -> None:
    before, after = job(shipped(name)), job(with_image(shipped(name), image()))
    inputs = next(each["with"] for each in before["steps"] if each["uses"].startswith("OWNER/"))
    variables = {f"INPUT_{key.upper().replace('-', '_')}": value for key, value in inputs.items()}
    token = "${{ github.token }}"
    assert step(after)["env"] == {"IMAGE": image().text, "PULL_TOKEN": token, "INPUT_TOKEN": token, **variables}


@pytest.mark.parametrize("name", ["sales", "report", "check"])
def test_nothing_but_the_way_to_start_it_changes(name: str) -> None:
    before, after = yaml.safe_load(shipped(name)), yaml.safe_load(with_image(shipped(name), image()))
    (was,), (now,) = before["jobs"].values(), after["jobs"].values()
    assert now["permissions"].pop("packages") == "read"
    was["steps"] = [each for each in was["steps"] if not each["uses"].startswith("OWNER/")]
    now["steps"].remove(step(now))
    assert after == before


def test_no_value_is_written_into_the_script() -> None:
    for name in ("sales", "report", "check"):
        assert "${{" not in step(job(with_image(shipped(name), image())))["run"]


def test_other_files_stay_as_they_are() -> None:
    assert with_image("permissions: {}\nruns-on: x\n", image()) == "permissions: {}\nruns-on: x\n"


@pytest.mark.parametrize(
    ("text", "name", "pinned"),
    [
        pytest.param("ghcr.io/acme/salesbot:1.0.0", "acme/salesbot", True, id="a version"),
        pytest.param(f"ghcr.io/acme/salesbot@{DIGEST}", "acme/salesbot", True, id="a digest"),
        pytest.param(f"ghcr.io/acme/our-bot:main@{DIGEST}", "acme/our-bot", True, id="a tag and a digest"),
        pytest.param("ghcr.io/acme/salesbot:main", "acme/salesbot", False, id="a tag that moves"),
    ],
)
def test_doctor_reads_what_init_wrote(text: str, name: str, pinned: bool) -> None:
    found = workflow_file.read(with_image(shipped("sales"), image(text)))
    assert found is not None
    assert (found.copy, found.pinned, found.lacking()) == (name, pinned, [])
    usual = workflow_file.read(shipped("sales"))
    assert usual is not None
    assert (found.task, found.events, found.secrets) == (usual.task, usual.events, usual.secrets)
    assert found.is_by_jobs_token


def test_the_report_and_the_check_are_told_apart() -> None:
    report, check = (workflow_file.read(with_image(shipped(name), image())) for name in ("report", "check"))
    assert report is not None
    assert report.task == "report"
    assert check is None


def test_a_job_that_may_not_pull_lacks_a_permission() -> None:
    text = with_image(shipped("sales"), image()).replace("packages: read", "actions: read")
    found = workflow_file.read(text)
    assert found is not None
    assert found.lacking() == ["packages: read"]


@pytest.mark.parametrize(
    "text",
    [
        *("", "salesbot:1.0.0", "acme/salesbot:1.0.0", "ghcr.io/acme/salesbot", "ghcr.io/Acme/salesbot:1.0.0"),
        *(
            "ghcr.io/acme/salesbot:",
            "ghcr.io/acme/salesbot@sha256:12",
            "ghcr.io/acme/salesbot:1 # x",
            "docker.io/acme/salesbot:1.0.0",
        ),
    ],
)
def test_what_leaves_open_which_image_is_none(text: str) -> None:
    assert read_image(text) is None
