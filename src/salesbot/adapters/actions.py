"""GitHub Actions: inputs, event file, outputs, annotations, job summary. Nothing else knows how a runner speaks.

Events are read as wake-ups: which deal to look at, and what is not our business at all (that ends without a request).
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TextIO
from urllib.parse import urlsplit

from salesbot.core import markdown
from salesbot.core.errors import InputError
from salesbot.core.facts import Other, Waking

MAX_EVENT = 26 * 1024 * 1024
"""Bytes. GitHub delivers no payload over 25 MB."""
MAX_SUMMARY = 1024 * 1024
"""Bytes of a job summary; a longer one is dropped by the runner."""
REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")
TASKS = ("auto", "sweep", "report", "intake", "streak", "all")

_COMMAND = re.compile(r"^\s{0,3}/[A-Za-z]", re.M)
_TICKABLE = re.compile(r"^\s*[-*+] \[[ xX]\]", re.M)
_OWN_MARKER = "<!-- salesbot:"
_LEAD_MARKER = "<!-- salesbot:lead "


@dataclass(frozen=True)
class Inputs:
    """The inputs of action.yml, and what the runner tells of its surroundings."""

    repository: str
    token: str = field(repr=False)
    app_id: str = ""
    app_key: str = field(default="", repr=False)
    """The App to act as, instead of with the token."""
    config: str = ".github/salesbot.yml"
    dry_run: bool = False
    issue: int | None = None
    task: str = "auto"
    files: str = ""
    """A folder for the report's files."""
    publish: bool = False
    cache: str = ""
    """A file that keeps what a report reads."""
    notify_url: str = field(default="", repr=False)
    event: str = ""
    event_path: str = ""
    api_url: str = "https://api.github.com"
    graphql_url: str = "https://api.github.com/graphql"
    typeform_token: str = field(default="", repr=False)
    typeform_secret: str = field(default="", repr=False)
    typeform_url: str = "https://api.typeform.com"
    streak_key: str = field(default="", repr=False)
    streak_url: str = "https://api.streak.com/api"


@dataclass(frozen=True)
class Wakeup:
    """What an event asks us to look at. `why` says, for the job summary, why it is nothing."""

    kind: Literal["deal", "labels", "task", "nothing"]
    waking: Waking = field(default_factory=lambda: Waking(""))
    issue: int = 0
    task: str = ""
    why: str = ""
    label_before: str = ""
    label_id: str = ""
    relayed: tuple[str, str] | None = field(default=None, repr=False)
    """A response of a form as it was delivered: the raw body and its signature."""
    gone: Other | None = None
    """An issue that a lead became, and that is not here any more."""


def read_inputs(env: Mapping[str, str]) -> Inputs:
    """Read the inputs from a runner's environment. Raises InputError naming every one that is wrong."""
    problems = []
    repository = env.get("GITHUB_REPOSITORY", "")
    if not REPOSITORY.fullmatch(repository):
        problems.append("GITHUB_REPOSITORY must be owner/name (is this run by GitHub Actions?)")
    app_id, app_key = _input(env, "APP-ID"), _input(env, "APP-KEY")
    if bool(app_id) != bool(app_key):
        problems.append("the inputs `app-id` and `app-key` go together; one of them is empty")
    token = _input(env, "TOKEN") or env.get("GITHUB_TOKEN", "")
    if not token and not app_id:
        problems.append("the input `token` is empty; leave it out to use the job's own token")
    task = _input(env, "TASK") or "auto"
    if task not in TASKS:
        problems.append(f"the input `task` is {task!r}; it must be one of {', '.join(TASKS)}")
    issue = _input(env, "ISSUE")
    if issue and _number(issue) is None:
        problems.append(_no_number(issue))
    dry_run = _input(env, "DRY-RUN").lower()
    if dry_run not in ("", "true", "false"):
        problems.append(f"the input `dry-run` is {dry_run!r}; it must be true or false")
    config = _input(env, "CONFIG") or Inputs.config
    if config.startswith("/") or ".." in config.split("/"):
        problems.append(f"the input `config` is {config!r}; it must be a path inside the repository")
    typeform_url = env.get("TYPEFORM_API_URL") or Inputs.typeform_url
    if not _is_closed(typeform_url):
        problems.append("TYPEFORM_API_URL must begin with https://")
    streak_url = env.get("STREAK_API_URL") or Inputs.streak_url
    if not _is_closed(streak_url):
        problems.append("STREAK_API_URL must begin with https://")
    files, cache = _input(env, "FILES"), _input(env, "CACHE")
    for name, path in (("files", files), ("cache", cache)):
        if path.startswith("/") or ".." in path.split("/"):
            problems.append(f"the input `{name}` is {path!r}; it must be a path inside the workspace")
    publish = _input(env, "PUBLISH").lower()
    if publish not in ("", "yes", "no"):
        problems.append(f"the input `publish` is {publish!r}; it must be yes or no")
    if problems:
        raise InputError(markdown.log_safe(f"Wrong input: {'; '.join(problems)}."))
    return Inputs(
        repository=repository,
        token=token,
        app_id=app_id,
        app_key=app_key,
        config=config,
        dry_run=dry_run == "true",
        issue=_number(issue),
        task=task,
        files=files,
        publish=publish == "yes",
        cache=cache,
        notify_url=_input(env, "NOTIFY-URL"),
        event=env.get("GITHUB_EVENT_NAME", ""),
        event_path=env.get("GITHUB_EVENT_PATH", ""),
        api_url=env.get("GITHUB_API_URL") or Inputs.api_url,
        graphql_url=env.get("GITHUB_GRAPHQL_URL") or _graphql_url(env.get("GITHUB_API_URL", "")),
        typeform_token=_input(env, "TYPEFORM-TOKEN") or env.get("TYPEFORM_TOKEN", ""),
        typeform_secret=_input(env, "TYPEFORM-SECRET") or env.get("TYPEFORM_WEBHOOK_SECRET", ""),
        typeform_url=typeform_url,
        streak_key=_input(env, "STREAK-KEY") or env.get("STREAK_API_KEY", ""),
        streak_url=streak_url,
    )


def _is_closed(url: str) -> bool:
    """Whether a secret sent to an address travels in the open nowhere but on this machine."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return bool(parts.hostname) and (parts.scheme == "https" or parts.hostname in ("127.0.0.1", "localhost"))


def _input(env: Mapping[str, str], name: str) -> str:
    """The runner keeps hyphens in the names of inputs."""
    return env.get(f"INPUT_{name}", "").strip()


def _number(text: str) -> int | None:
    """Read the number of an issue, as people write it; None if it is none."""
    digits = text.strip().removeprefix("#")
    return int(digits) if re.fullmatch("[1-9][0-9]{0,8}", digits) else None


def _no_number(text: str) -> str:
    return f"the input `issue` is {text[:40]!r}; it must be the number of an issue"


def _graphql_url(api_url: str) -> str:
    """Derive it as GitHub Enterprise Server lays it out: `/api/v3` beside `/api/graphql`."""
    return f"{api_url.rstrip('/').removesuffix('/v3')}/graphql" if api_url else Inputs.graphql_url


def read_event(path: str) -> dict[str, Any]:
    """Read the event file. Raises InputError if it is missing, empty, truncated, too large or no JSON object."""
    if not path:
        raise InputError("GITHUB_EVENT_PATH is not set.", "The program runs inside GitHub Actions, or in the sandbox")
    try:
        size = Path(path).stat().st_size
        if size > MAX_EVENT:
            raise InputError(f"The event file has {size:,} bytes; GitHub sends at most 25 MB.")
        event = json.loads(Path(path).read_bytes())
    except OSError as error:
        raise InputError(f"The event file cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise InputError("The event file is no JSON; it may be empty or cut off.", "Run the job again") from error
    if not isinstance(event, dict):
        raise InputError("The event file is no JSON object.", "Run the job again")
    return event


def wake(inputs: Inputs, event: Mapping[str, Any]) -> Wakeup:
    """Say what an event asks us to look at. Raises InputError if the event lacks what its kind must have."""
    if inputs.issue is not None and not _is_about(event, inputs.issue):
        return Wakeup("deal", Waking(inputs.event), inputs.issue)
    relays = inputs.event == "repository_dispatch" and inputs.task in ("intake", "all")
    if inputs.task != "auto" and not relays:
        return Wakeup("task", Waking(inputs.event), task=inputs.task)
    reader = _READERS.get(inputs.event)
    if reader is None:
        return Wakeup("nothing", why=f"The event {inputs.event or 'without a name'} is none of ours.")
    try:
        return reader(event)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        what = markdown.log_safe(f"The event file of {inputs.event} lacks {error}.")
        raise InputError(what, "Is GITHUB_EVENT_NAME the kind of event in the file?") from error


def _is_about(event: Mapping[str, Any], number: int) -> bool:
    issue = event.get("issue")
    return isinstance(issue, Mapping) and issue.get("number") == number


def _nothing(why: str) -> Wakeup:
    return Wakeup("nothing", why=why)


def _issues(event: Mapping[str, Any]) -> Wakeup:
    action, issue = event["action"], event["issue"]
    if action in ("deleted", "transferred"):
        return _gone(issue)
    if action not in ("opened", "edited", "labeled", "unlabeled", "closed", "reopened", "assigned", "unassigned"):
        return _nothing(f"Nothing to do when an issue is {action}.")
    if "pull_request" in issue:
        return _nothing("A pull request is no deal.")
    if action == "unlabeled" and "label" not in event:
        return _nothing("A label was deleted from the list; that comes as an event of its own.")
    if action == "edited" and set(event.get("changes") or {}) == {"title"}:
        return _nothing("Only the title was edited.")
    label = event["label"]["name"] if action in ("labeled", "unlabeled") else None
    return _deal(event, f"issues.{action}", label=label)


def _gone(issue: Mapping[str, Any]) -> Wakeup:
    """An issue was deleted, or moved to another repository. What came in by a form would come in again."""
    body = issue.get("body") or ""
    if not body.startswith(_LEAD_MARKER):
        return _nothing("The issue that is gone came in by no form.")
    labels = frozenset(str(label["name"]).casefold() for label in issue["labels"])
    gone = Other(int(issue["number"]), str(issue["title"]), body, labels)
    return Wakeup("task", Waking("issues.deleted"), task="intake", gone=gone)


def _issue_comment(event: Mapping[str, Any]) -> Wakeup:
    action, comment = event["action"], event["comment"]
    body = comment["body"] or ""
    if "pull_request" in event["issue"]:
        return _nothing("A comment on a pull request is no business of ours.")
    if action not in ("created", "edited", "deleted"):
        return _nothing(f"Nothing to do when a comment is {action}.")
    if action == "deleted":
        return (
            _deal(event, "issue_comment.deleted")
            if _OWN_MARKER in body
            else _nothing("A person's comment was deleted.")
        )
    if (event.get("sender") or {}).get("type") == "Bot":
        return _nothing("Bots give no commands.")
    ticked = action == "edited" and _TICKABLE.search(body)
    if not (_COMMAND.search(body) or ticked):
        return _nothing("The comment has no command in it.")
    return _deal(event, f"issue_comment.{action}", comment=int(comment["id"]))


def _deal(event: Mapping[str, Any], name: str, *, label: str | None = None, comment: int | None = None) -> Wakeup:
    sender = event.get("sender") or {}
    actor = sender.get("login") if sender.get("type") != "Bot" else None
    return Wakeup("deal", Waking(name, label, comment, actor), int(event["issue"]["number"]))


def _label(event: Mapping[str, Any]) -> Wakeup:
    action, label = event["action"], event["label"]
    if action == "edited":
        before = ((event.get("changes") or {}).get("name") or {}).get("from")
        if before is None:
            return _nothing("A label changed its colour or description.")
    elif action == "deleted":
        before = label["name"]
    else:
        return _nothing(f"Nothing to do when a label is {action}.")
    return Wakeup("labels", Waking(f"label.{action}"), label_before=before, label_id=label.get("node_id") or "")


def _schedule(event: Mapping[str, Any]) -> Wakeup:
    return Wakeup("task", Waking("schedule"), task="sweep")


def _dispatch(event: Mapping[str, Any]) -> Wakeup:
    """By hand: one deal by number, else the sweep."""
    given = (event.get("inputs") or {}).get("issue")
    if not given:
        return Wakeup("task", Waking("workflow_dispatch"), task="sweep")
    number = _number(str(given))
    if number is None:
        raise InputError(markdown.log_safe(f"Wrong input: {_no_number(str(given))}."))
    return Wakeup("deal", Waking("workflow_dispatch"), number)


def _repository_dispatch(event: Mapping[str, Any]) -> Wakeup:
    """A relay hands over a response with its signature, or, where it is too large for an event, only wakes a poll."""
    if event["action"] != "typeform":
        return _nothing("A repository_dispatch of another kind.")
    payload = event.get("client_payload") or {}
    body, signature = payload.get("body"), payload.get("signature")
    if body is None:
        return Wakeup("task", Waking("repository_dispatch"), task="intake")
    if not isinstance(body, str) or not isinstance(signature, str):
        raise InputError("A relayed response is a text `body` and a text `signature`.", "See docs/intake.md")
    return Wakeup("task", Waking("repository_dispatch"), task="intake", relayed=(body, signature))


_READERS = {
    "issues": _issues,
    "issue_comment": _issue_comment,
    "label": _label,
    "schedule": _schedule,
    "workflow_dispatch": _dispatch,
    "repository_dispatch": _repository_dispatch,
}


@dataclass(frozen=True)
class Runner:
    """The runner's side of a finished run: where outputs, summary and annotations go."""

    out: TextIO
    output_path: str = ""
    summary_path: str = ""

    @classmethod
    def of(cls, env: Mapping[str, str], out: TextIO) -> Runner:
        """Find the runner's files in the environment."""
        return cls(out, env.get("GITHUB_OUTPUT", ""), env.get("GITHUB_STEP_SUMMARY", ""))

    def say(self, text: str) -> None:
        """Write a line to the log; what a stranger wrote cannot become a workflow command there."""
        self.out.write(f"{markdown.log_safe(text)}\n")

    def annotate(
        self, level: Literal["error", "warning", "notice"], text: str, *, file: str = "", line: int = 0
    ) -> None:
        """Write an annotation, for problems only."""
        place = f" file={_property(file)},line={line}" if file else ""
        self.out.write(f"::{level}{place}::{_message(markdown.log_safe(text))}\n")

    def output(self, values: Mapping[str, str]) -> None:
        """Set the outputs of the step. The delimiter is random, so that no value can end it and add outputs."""
        if not self.output_path:
            return
        with Path(self.output_path).open("a", encoding="utf-8") as file:
            for name, value in values.items():
                delimiter = f"salesbot-{secrets.token_hex(16)}"
                file.write(f"{name}<<{delimiter}\n{value}\n{delimiter}\n")

    def summarize(self, lines: Iterable[str]) -> None:
        """Write the job summary, cut before the size at which the runner would drop it."""
        text = "\n".join(lines) + "\n"
        if len(text.encode()) > MAX_SUMMARY:
            text = (
                text.encode()[: MAX_SUMMARY - 100].decode(errors="ignore") + "\n\nCut here: the summary was too long.\n"
            )
        if self.summary_path:
            with Path(self.summary_path).open("a", encoding="utf-8") as file:
                file.write(text)


def _message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")
