"""The words of pages, templates and messages: textlint reads them, by the list in .ci/prose/words.yml.

    python -m tests.docs.prose     name what it finds; `make prose` installs textlint first

Pages are read as they are. Of a template what it prints by itself is read, of a program its texts and docstrings,
a paragraph each. What is filled in is `…`.
"""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment

from tests.docs.messages import text_of
from tests.docs.tables import table

TOP = Path(__file__).parents[2]
TOOLS = TOP / ".ci" / "prose"
BUILD = TOP / "build" / "prose"
WORDS = TOOLS / "words.yml"
PROGRAMS = ("src/salesbot", "src/salesbot_demo")
LONGEST_SENTENCE = 250
"""In characters; about two lines of a page."""
KEPT = (
    *("Git", "OK", "API", "GIF", "ID", "URL", "id['\N{RIGHT SINGLE QUOTATION MARK}]?s", "readme(s)?"),
    *("web[- ]?site(s)?", "GitHub[ -]?Actions", "built ?in(s)?", "host[- ]name(s)?", "user[- ]name(s)?"),
)
"""Terms that textlint would spell otherwise: here they are keys, columns, files, or the words of commands."""
CHECKS = ("illusion", "cliches", "passive", "so", "thereIs", "weasel", "adverb", "tooWordy", "eprime")
"""What write-good can look for. Only doubled words and worn-out phrases are looked for."""
PORTION = 400
"""Texts in one file."""
LIST_OF_WORDS = 120
"""In characters; a longer text without punctuation is no sentence."""
DATA = {"data", "currencies.py", "mail_words.py"}
"""Folders and files of such lists."""

_HTML = re.compile(r"<(script|style)\b.*?</\1>|<!--.*?-->|<[^>]*>", re.S)

Line = tuple[str, int, str]
"""Where a text is, as file and line, and the text."""


@cache
def words() -> dict[str, Any]:
    """Read the list of words."""
    found: dict[str, Any] = yaml.safe_load(WORDS.read_text(encoding="utf-8"))
    return found


def glossary_table(which: str) -> str:
    """Draw the terms, in the order of the alphabet."""
    return table(("term", "means"), (_term_row(*each) for each in sorted(words()[which].items())))


def _term_row(term: str, said: dict[str, Any]) -> tuple[str, str]:
    others = ", ".join(f"`{other}`" for other in said.get("not", ()))
    return (f"**{term}**", f"{said['means']} (not {others})" if others else said["means"])


def replacements() -> list[list[str]]:
    """List what to avoid with what to write, as textlint's rule for terms takes it."""
    terms = {**words()["terms"], **words()["inside"]}
    others = [[other, term] for term, said in terms.items() for other in said.get("not", ())]
    return [[_whole(pattern), instead] for pattern, instead in (*words()["avoid"], *others)]


def _whole(pattern: str) -> str:
    return pattern if "(?=" in pattern or "(?<" in pattern else f"(?:{pattern})"


def rules() -> dict[str, object]:
    """Set up textlint."""
    return {
        "terminology": {"terms": replacements(), "exclude": KEPT, "skip": []},
        "write-good": {check: check in ("illusion", "cliches") for check in CHECKS},
        "sentence-length": {"max": LONGEST_SENTENCE},
    }


def main() -> int:
    """Read everything. Returns 1 if there is something to change."""
    found = list(problems(texts()))
    for file, line, message in found:
        print(f"{file}:{line}: {message}")
    if not found:
        print(f"{len(pages())} pages in plain words, and so are the templates and messages.")
    return 1 if found else 0


def problems(lines: Iterable[Line]) -> Iterator[Line]:
    """Have textlint read pages and texts, and say where it finds something."""
    BUILD.mkdir(parents=True, exist_ok=True)
    (BUILD / ".textlintrc.json").write_text(json.dumps({"rules": rules()}), encoding="utf-8")
    portions = _portions(lines)
    command = ["node_modules/.bin/textlint", "--config", f"{BUILD}/.textlintrc.json", "--format", "json"]
    files = map(str, (*portions, *pages()))
    asked = subprocess.run([*command, *files], cwd=TOOLS, capture_output=True, text=True, check=False)
    if not asked.stdout.startswith("["):
        raise SystemExit(asked.stdout + asked.stderr)
    for file in json.loads(asked.stdout):
        path = Path(file["filePath"])
        for message in file["messages"]:
            line = message["line"]
            if path in portions:
                where, line, quoted = portions[path][(line - 1) // 2]
                yield where, line, f"{message['message']} In: {quoted}"
            else:
                yield str(path.relative_to(TOP)), line, message["message"]


def _portions(lines: Iterable[Line]) -> dict[Path, list[Line]]:
    """Write the texts into files, a paragraph each. textlint takes a time that grows with the square of a file."""
    taken = list(lines)
    files = {BUILD / f"texts-{at}.md": taken[at : at + PORTION] for at in range(0, len(taken), PORTION)}
    for file, portion in files.items():
        file.write_text("\n\n".join(text for _, _, text in portion), encoding="utf-8")
    return files


def pages() -> list[Path]:
    """List the pages that people read."""
    return [*sorted(TOP.glob("*.md")), *sorted(TOP.glob("docs/**/*.md")), TOP / "src/github_sandbox/README.md"]


def texts() -> list[Line]:
    """Take the texts out of templates, workflows and programs."""
    files = (file for folder in ("templates", *PROGRAMS) for file in sorted((TOP / folder).rglob("*.*")))
    return [
        (str(file.relative_to(TOP)), line, text)
        for file in files
        if file.suffix in _READERS and not DATA & {*file.parts}
        for line, found in _READERS[file.suffix](file.read_text(encoding="utf-8"))
        if _is_for_people(text := " ".join(found.split()))
    ]


def _is_for_people(text: str) -> bool:
    if re.match("(?:SELECT|CREATE|INSERT|DELETE|UPDATE|PRAGMA|docker|- name:) ", text):
        return False
    words_in_it = re.search("[a-z]{2}.* .*[a-z]{2}", text) is not None
    return words_in_it and (len(text) < LIST_OF_WORDS or re.search(r"[.,:;?!](?:\s|$)", text) is not None)


def template_texts(source: str) -> Iterator[tuple[int, str]]:
    """Read what a template prints by itself, line by line."""
    tokens = Environment(autoescape=True).lex(source)
    shown = "".join(_shown(kind, text) for _, kind, text in tokens)
    return enumerate(_HTML.sub(lambda found: "\n" * found[0].count("\n"), shown).splitlines(), 1)


def _shown(kind: str, text: str) -> str:
    if kind == "data":
        return text
    return ("…" if kind == "variable_begin" else "") + "\n" * text.count("\n")


def program_texts(source: str) -> Iterator[tuple[int, str]]:
    """Read the texts of a program, docstrings included."""
    tree = ast.parse(source)
    inside = {id(part) for node in ast.walk(tree) for part in _without(node)}
    for node in ast.walk(tree):
        if isinstance(node, (ast.Constant, ast.JoinedStr)) and id(node) not in inside and (text := text_of(node)):
            yield node.lineno, text


def _without(node: ast.AST) -> list[ast.expr]:
    """Name what is read with its whole, and what nobody but programmers read."""
    match node:
        case ast.JoinedStr(parts):
            return [part for value in parts for part in ast.walk(value) if isinstance(part, ast.expr)]
        case ast.Call(ast.Attribute(ast.Name("re")), [pattern, *_]):
            return [part for part in ast.walk(pattern) if isinstance(part, ast.expr)]
        case _:
            return []


def comment_texts(source: str) -> Iterator[tuple[int, str]]:
    """Read the comments and the sentences of a workflow or a form."""
    for number, line in enumerate(source.splitlines(), 1):
        yield number, re.sub(r"^[^#]*?#(?: zizmor:.*)?|^\s*-?\s*[a-z-]+:\s*", "", line)


_READERS = {".j2": template_texts, ".py": program_texts, ".yml": comment_texts}


if __name__ == "__main__":
    sys.exit(main())
