"""The inputs of the Action, read from the runner's environment. All wrong ones are refused at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from salesbot.adapters.urls import broken_rule
from salesbot.core.errors import InputError
from salesbot.core.text import markdown

REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")
_ADDRESSES = ("GITHUB_API_URL", "GITHUB_GRAPHQL_URL", "TYPEFORM_API_URL", "STREAK_API_URL")
TASKS = ("auto", "sweep", "report", "intake", "streak", "board", "all")


@dataclass(frozen=True)
class Inputs:
    """The inputs of action.yml, and the settings of the runner's environment."""

    repository: str
    token: str = field(repr=False)
    app_id: str = ""
    app_key: str = field(default="", repr=False)
    """The App to act as, instead of with the token."""
    project_token: str = field(default="", repr=False)
    """The token for the board, where another one is needed than for the deals."""
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


def read_inputs(env: Mapping[str, str]) -> Inputs:
    """Read the inputs from a runner's environment. Raises InputError naming every one that is wrong."""
    problems = _problems(env)
    if problems:
        raise InputError(markdown.log_safe(f"Wrong input: {'; '.join(problems)}."))
    return Inputs(
        repository=env["GITHUB_REPOSITORY"],
        token=_token(env),
        app_id=_input(env, "APP-ID"),
        app_key=_input(env, "APP-KEY"),
        project_token=_input(env, "PROJECT-TOKEN") or env.get("PROJECT_TOKEN", ""),
        config=_input(env, "CONFIG") or Inputs.config,
        dry_run=_input(env, "DRY-RUN").lower() == "true",
        issue=number_of(_input(env, "ISSUE")),
        task=_task(env),
        files=_input(env, "FILES"),
        publish=_input(env, "PUBLISH").lower() == "yes",
        cache=_input(env, "CACHE"),
        notify_url=_input(env, "NOTIFY-URL"),
        event=env.get("GITHUB_EVENT_NAME", ""),
        event_path=env.get("GITHUB_EVENT_PATH", ""),
        api_url=env.get("GITHUB_API_URL") or Inputs.api_url,
        graphql_url=env.get("GITHUB_GRAPHQL_URL") or _graphql_url(env.get("GITHUB_API_URL", "")),
        typeform_token=_input(env, "TYPEFORM-TOKEN") or env.get("TYPEFORM_TOKEN", ""),
        typeform_secret=_input(env, "TYPEFORM-SECRET") or env.get("TYPEFORM_WEBHOOK_SECRET", ""),
        typeform_url=env.get("TYPEFORM_API_URL") or Inputs.typeform_url,
        streak_key=_input(env, "STREAK-KEY") or env.get("STREAK_API_KEY", ""),
        streak_url=env.get("STREAK_API_URL") or Inputs.streak_url,
    )


def _problems(env: Mapping[str, str]) -> list[str]:
    """List what is wrong with the inputs."""
    problems = []
    if not REPOSITORY.fullmatch(env.get("GITHUB_REPOSITORY", "")):
        problems.append("GITHUB_REPOSITORY must be owner/name (is this run by GitHub Actions?)")
    app_id, app_key = _input(env, "APP-ID"), _input(env, "APP-KEY")
    if bool(app_id) != bool(app_key):
        problems.append("the inputs `app-id` and `app-key` go together; one of them is empty")
    if not _token(env) and not app_id:
        problems.append("the input `token` is empty; leave it out to use the job's own token")
    if _task(env) not in TASKS:
        problems.append(f"the input `task` is {_task(env)!r}; it must be one of {', '.join(TASKS)}")
    if (issue := _input(env, "ISSUE")) and number_of(issue) is None:
        problems.append(not_a_number(issue))
    if (dry_run := _input(env, "DRY-RUN").lower()) not in ("", "true", "false"):
        problems.append(f"the input `dry-run` is {dry_run!r}; it must be true or false")
    if _leads_out(config := _input(env, "CONFIG")):
        problems.append(f"the input `config` is {config!r}; it must be a path inside the repository")
    for name in _ADDRESSES:
        broken = broken_rule(env[name]) if env.get(name) else ""
        if broken:
            problems.append(f"{name} must {broken}")
    for name in ("files", "cache"):
        path = _input(env, name.upper())
        if _leads_out(path):
            problems.append(f"the input `{name}` is {path!r}; it must be a path inside the workspace")
    if (publish := _input(env, "PUBLISH").lower()) not in ("", "yes", "no"):
        problems.append(f"the input `publish` is {publish!r}; it must be yes or no")
    return problems


def _leads_out(path: str) -> bool:
    """Whether a path may lead out of the folder it is in."""
    return path.startswith("/") or ".." in path.split("/")


def _token(env: Mapping[str, str]) -> str:
    return _input(env, "TOKEN") or env.get("GITHUB_TOKEN", "")


def _task(env: Mapping[str, str]) -> str:
    return _input(env, "TASK") or "auto"


def _input(env: Mapping[str, str], name: str) -> str:
    """The runner keeps hyphens in the names of inputs; where a shell hands them on, they are underscores."""
    return (env.get(f"INPUT_{name}") or env.get(f"INPUT_{name.replace('-', '_')}", "")).strip()


def number_of(text: str) -> int | None:
    """Read the number of an issue as people write it; None if it is not a number."""
    digits = text.strip().removeprefix("#")
    return int(digits) if re.fullmatch("[1-9][0-9]{0,8}", digits) else None


def not_a_number(text: str) -> str:
    """Describe a wrong number of an issue."""
    return f"the input `issue` is {text[:40]!r}; it must be the number of an issue"


def _graphql_url(api_url: str) -> str:
    """Derive it as GitHub Enterprise Server lays it out: `/api/v3` beside `/api/graphql`."""
    return f"{api_url.rstrip('/').removesuffix('/v3')}/graphql" if api_url else Inputs.graphql_url
