"""The parts of a release that can be tried without a registry, in a clone of their own."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

TOP = Path(__file__).parents[1]
IMAGE = f"ghcr.io/acme/salesbot@sha256:{'a1' * 32}"


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    for name in ("action.yml", "CHANGELOG.md", "Dockerfile", "pyproject.toml", ".ci/release"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(TOP / name, tmp_path / name)
    changes = (tmp_path / "CHANGELOG.md").read_text(encoding="utf-8")
    (tmp_path / "CHANGELOG.md").write_text(changes.replace("## 0.", "## 1.2.3\n\n- New.\n\n## 0.", 1), encoding="utf-8")
    declare(tmp_path, "1.2.3")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "config", "user.name", "kim")
    git(tmp_path, "config", "user.email", "kim@example.org")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "Begin")
    return tmp_path


def declare(clone: Path, version: str) -> None:
    lines = (clone / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    lines[[line.startswith("version = ") for line in lines].index(True)] = f'version = "{version}"'
    (clone / "pyproject.toml").write_text("\n".join(lines), encoding="utf-8")


def git(clone: Path, *args: str) -> str:
    return subprocess.run(["git", *args], cwd=clone, check=True, capture_output=True, text=True).stdout


def release(clone: Path, *args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([".ci/release", *args], cwd=clone, capture_output=True, text=True, check=False)


def test_the_tagged_action_runs_the_image_by_its_digest_and_main_still_builds_it(clone: Path) -> None:
    main = git(clone, "rev-parse", "HEAD").strip()
    done = release(clone, "tag", "1.2.3", IMAGE)
    assert done.returncode == 0, done.stderr
    assert f"image: docker://{IMAGE}" in git(clone, "show", "v1.2.3:action.yml")
    assert "image: Dockerfile" in git(clone, "show", f"{main}:action.yml")
    assert git(clone, "rev-parse", "v1") == git(clone, "rev-parse", "v1.2.3")


def test_the_major_tag_moves_and_the_version_never_does(clone: Path) -> None:
    git(clone, "tag", "v1")
    assert release(clone, "tag", "1.2.3", IMAGE).returncode == 0
    first = git(clone, "rev-parse", "v1.2.3")
    again = release(clone, "tag", "1.2.3", IMAGE)
    assert (again.returncode, git(clone, "rev-parse", "v1.2.3")) == (2, first)
    assert "released already" in again.stderr


@pytest.mark.parametrize(
    ("version", "image", "why"),
    [
        pytest.param("1.2", IMAGE, "is no version", id="no version"),
        pytest.param("1.2.4", IMAGE, "pyproject.toml says version 1.2.3", id="another version than declared"),
        pytest.param("1.2.3", "ghcr.io/acme/salesbot:1.2.3", "by its digest", id="an image by a tag"),
    ],
)
def test_what_is_no_release(clone: Path, version: str, image: str, why: str) -> None:
    done = release(clone, "tag", version, image)
    assert done.returncode == 2
    assert why in done.stderr
    assert git(clone, "tag") == ""


def test_a_version_without_notes_is_not_released(clone: Path) -> None:
    declare(clone, "1.2.4")
    assert 'no section "## 1.2.4"' in release(clone, "check", "1.2.4").stderr


def test_the_notes_are_the_section_of_the_version(clone: Path) -> None:
    assert release(clone, "notes", "1.2.3").stdout.strip() == "- New."


BASE = f"python:3.15-slim@sha256:{'b2' * 32}"


def test_the_base_is_that_of_the_dockerfile_pinned_to_a_digest(clone: Path) -> None:
    assert release(clone, "base").stdout == "python:3.15-slim\n"
    assert release(clone, "base", f"sha256:{'b2' * 32}").stdout == f"{BASE}\n"


@pytest.mark.parametrize("digest", ["", "latest", "sha256:", f"sha256:{'b2' * 31}", f"sha256:{'b2' * 32}\nx"])
def test_a_base_without_a_digest_ends_the_release(clone: Path, digest: str) -> None:
    done = release(clone, "base", digest)
    assert (done.returncode, done.stdout) == (2, "")
    assert "is no digest of the base python:3.15-slim" in done.stderr


def test_the_base_is_recorded_in_the_tag_and_in_the_notes(clone: Path) -> None:
    assert release(clone, "tag", "1.2.3", IMAGE, BASE).returncode == 0
    assert git(clone, "log", "-1", "--format=%B", "v1.2.3").strip() == f"Release 1.2.3\n\nThe image is built on {BASE}."
    assert release(clone, "notes", "1.2.3", BASE).stdout.strip() == f"- New.\n\nThe image is built on `{BASE}`."


def test_the_workflow_builds_on_the_base_by_its_digest() -> None:
    steps = yaml.safe_load((TOP / ".github/workflows/release.yml").read_text(encoding="utf-8"))["jobs"]["release"][
        "steps"
    ]
    (build,) = [step for step in steps if step.get("id") == "build"]
    assert build["with"]["build-args"] == "BASE=${{ steps.image.outputs.base }}"
    (image,) = [step["run"] for step in steps if step.get("id") == "image"]
    assert 'pinned=$(.ci/release base "$digest")' in image
    assert 'echo "base=$pinned"' in image
