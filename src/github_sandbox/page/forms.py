"""Issue forms: the YAML files in `.github/ISSUE_TEMPLATE` of a repository, as values for a page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from github_sandbox.people import Repo
from github_sandbox.rules import files

FOLDER = ".github/ISSUE_TEMPLATE"
TEXTS = ("label", "description", "placeholder")


@dataclass(frozen=True)
class Question:
    """A question of a form: `kind` is input, textarea or dropdown."""

    kind: str
    label: str
    description: str = ""
    placeholder: str = ""
    options: tuple[str, ...] = ()
    required: bool = False


@dataclass(frozen=True)
class Form:
    """An issue form. Labels that the repository does not have are left out, as on GitHub."""

    file: str
    name: str
    description: str
    title: str
    labels: tuple[str, ...]
    questions: tuple[Question, ...]


def forms(repo: Repo) -> Iterator[Form]:
    """Read the forms of a repository. A file that is no form is none of them."""
    known, db = set(repo.labels()), repo.hub.db
    with db.lock:
        row = repo.row
        texts = [(each.name, files.blob(db, row, each.path)) for each in files.tree(db, row, FOLDER)]
    for name, blob in texts:
        content = _read(blob["content"]) if blob and name.endswith((".yml", ".yaml")) else {}
        if isinstance(content.get("body"), list):
            labels = tuple(label for label in content.get("labels", ()) if label in known)
            title, description = str(content.get("title", "")), str(content.get("description", ""))
            questions = tuple(_questions(content["body"]))
            yield Form(name, str(content.get("name", name)), description, title, labels, questions)


def _read(content: bytes) -> dict[str, Any]:
    try:
        found = yaml.safe_load(content)
    except yaml.YAMLError:
        return {}
    return found if isinstance(found, dict) else {}


def _questions(body: list[Any]) -> Iterator[Question]:
    for each in body:
        about = each.get("attributes", {})
        if each.get("type") in ("input", "textarea", "dropdown"):
            label, description, placeholder = (str(about.get(key, "")) for key in TEXTS)
            options, required = tuple(map(str, about.get("options", ()))), each.get("validations", {}).get("required")
            yield Question(each["type"], label, description, placeholder, options, bool(required))
