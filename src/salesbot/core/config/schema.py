"""All settings, in one place: to check a file, and to help people edit it.

Knows every key, its shape and its meaning. `schema/salesbot.schema.json` is printed from it (`json_schema`).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import voluptuous as vol

from salesbot.core.config import shape as shape
from salesbot.core.config import value_types
from salesbot.core.config.document import kind
from salesbot.core.config.shape import Shape, Wrong
from salesbot.core.model.pipeline import BOARD_FIELDS

MAX_STAGES = 60
MAX_FIELDS = 100
MAX_RATES = 100


def _settings(*keys: tuple[str, Any, str], required: tuple[str, ...] = ()) -> dict[Any, Any]:
    """Describe settings: each key with its shape and a sentence for editors."""
    marker: dict[bool, Any] = {True: vol.Required, False: vol.Optional}
    described = {marker[key in required](key, description=about): value for key, value, about in keys}
    return {**described, shape.unknown_key(key for key, _, _ in keys): object}


def _list(of: Shape, most: int = 200) -> vol.All:
    return vol.All(shape.at_most(most), [shape.entry(of)], shape.no_duplicates())


def _map(key: Shape, value: Any, most: int = 200) -> vol.All:
    return vol.All(shape.at_most(most), {key: value})


def _stage() -> dict[Any, Any]:
    return _settings(
        (
            "label",
            shape.text(value_types.MAX_LABEL),
            "The label on GitHub. Default: the label prefix and the stage's name.",
        ),
        ("description", shape.text(value_types.MAX_DESCRIPTION, empty=True), "What the stage means, in a sentence."),
        ("color", value_types.color(), "The label's colour: six hexadecimal digits, without #."),
        ("probability", shape.whole_number(0, 100), "How likely a deal here is won, in percent."),
        (
            "idle_days",
            shape.maybe(shape.whole_number(1, 3650)),
            "Days without activity until a deal is idle; null: no limit.",
        ),
        (
            "next",
            _list(value_types.next_stage()),
            "The stages this one leads to. With signs, [+a, -b], it changes the default list instead. "
            "A new stage leads to its neighbours in the funnel, revisit, rejected and lost, and they lead to it.",
        ),
        ("requires", _list(value_types.guard()), "What a deal must have to enter; else the move is refused."),
        ("expects", _list(value_types.guard()), "What a deal should have; the card says what is missing."),
        ("checklist", shape.maybe(_template()), "The checklist posted on entering, as in checklists/<name>.md.j2."),
        ("notify", shape.maybe(value_types.mention()), "Whom to mention once, when the checklist is first posted."),
        ("command", shape.maybe(_command()), "The command that moves here, without slash. Default: the name."),
        (
            "was",
            shape.one_or_more(shape.text(100)),
            "Earlier names or labels. A default stage's: takes over all it had.",
        ),
        ("after", value_types.stage_name(), "The open stage this one follows. Default: the last open one."),
    )


def _template() -> Shape:
    return shape.matching("[A-Za-z0-9][A-Za-z0-9_-]*", "the name of a checklist, such as estimate")


def _command() -> Shape:
    return shape.matching(value_types.COMMAND, "a lowercase word", "Write it without the slash.")


def _field_key() -> Shape:
    return shape.matching("[a-z][a-z0-9_-]{0,39}", "the key of a field, in lowercase, such as expected-close")


def _field() -> dict[Any, Any]:
    types = ("text", "number", "money", "date", "choice", "yes/no")
    return _settings(
        ("label", shape.text(80), "The heading in the issue. Default: the key."),
        ("type", shape.one_of(types), "What the field holds. Default: text."),
        ("options", _list(shape.word()), "The options of a choice, as written, also yes and no."),
        (
            "client",
            shape.flag(),
            "true: it describes the client, and is offered on the client's next deal. Default: false.",
        ),
    )


def _streak_pipeline(stages: str) -> dict[Any, Any]:
    theirs = shape.matching(".{1,100}", "the key or name of a Streak stage", types=("string", "number"))
    return _settings(
        ("key", shape.text(), "The key of Streak's pipeline; no secret."),
        ("stages", _map(value_types.stage_name(), theirs), stages),
        required=("key",),
    )


def _streak() -> dict[Any, Any]:
    sales = _streak_pipeline("Our stage: the key or name of Streak's.")
    connections = _streak_pipeline("Our stage: the Streak stage whose boxes open a deal in it.")
    return _settings(
        (
            "guards",
            shape.one_of(("expects", "requires")),
            "What happens when a guard refuses a dragged box. expects: the move is taken; requires: the box goes back.",
        ),
        (
            "pipelines",
            _settings(
                ("sales", sales, "The pipeline of your deals."),
                ("connections", connections, "The pipeline of your contacts."),
            ),
            "The pipelines on Streak's side.",
        ),
        ("people", _map(value_types.login(), value_types.mail()), "Login: the mail address somebody has in Streak."),
    )


def _board() -> dict[Any, Any]:
    fields = _settings(
        ("stage", shape.text(50), "The single select whose options are the columns. Default: Status."),
        *(
            (key, shape.maybe(shape.text(50)), f"The field for it. Default: {name}. null: not on the board.")
            for key, name in BOARD_FIELDS.items()
            if key != "stage"
        ),
    )
    return _settings(
        ("project", shape.whole_number(1, 999_999_999), "The number of the project, as in its address."),
        (
            "guards",
            shape.one_of(("requires", "expects")),
            "What happens when a guard refuses a dragged card. requires: it goes back; expects: the move is taken.",
        ),
        ("fields", fields, "What the fields of the project are called."),
        (
            "stages",
            _map(value_types.stage_name(), shape.maybe(shape.text(50)), MAX_STAGES),
            "Our stage: its column, where that has another name; null: the stage is not on the board.",
        ),
        required=("project",),
    )


def _report() -> dict[Any, Any]:
    spans = [(span, value_types.money(), f"Won in a {span}.") for span in ("month", "quarter", "year")]
    own = [(span, amount, f"{about.removesuffix('.')} in deals that the person owns.") for span, amount, about in spans]
    people = _map(value_types.login(), _settings(*own))
    goal = _settings(*spans, ("people", people, "Login: the goals of a person."))
    return _settings(
        ("goal", goal, "The team's target, in the currency above."),
        ("window", value_types.months(), "How far rates, cycle and funnel look back. Default: 12 months."),
        ("by", _list(_field_key()), "Fields to count wins and losses by."),
        (
            "rates",
            _map(value_types.currency(), vol.Any(value_types.rate(), _map(value_types.day(), value_types.rate()))),
            "What one unit of another currency is worth in yours: USD: 0.92, or USD: {2026-01-01: 0.92, 2026-07-01: "
            "0.9}. A closed deal keeps the rate of its closing day.",
        ),
    )


def _chat() -> dict[Any, Any]:
    kinds = ("slack", "mattermost", "teams", "discord", "google-chat")
    return _settings(
        ("new", shape.flag(), "Each new deal. Default: false."),
        ("won", shape.flag(), "Each deal that is won. Default: false."),
        ("lost", shape.flag(), "Each deal that is lost. Default: false."),
        ("unanswered", shape.flag(), "Each deal on which somebody outside waits for an answer. Default: false."),
        ("report", shape.flag(), "Each new weekly report. Default: true."),
        ("kind", shape.one_of(kinds), "The kind of chat. Default: as the address tells."),
    )


def _sweep() -> dict[Any, Any]:
    return _settings(
        ("budget", shape.whole_number(10, 450), "Comments and edits one sweep may write, 10 to 450. Default: 300."),
    )


def _typeform() -> dict[Any, Any]:
    return _settings(
        ("form", shape.matching("[A-Za-z0-9_-]{1,60}", "the form's id, as in its address"), "The form's id."),
        ("map", _map(_field_key(), shape.text()), "Field: the `ref` of the answer that fills it."),
        ("since", value_types.day(), "How far back the first poll goes. Default: seven days."),
        required=("form",),
    )


def _permissions() -> dict[Any, Any]:
    return _settings(
        ("default", value_types.role(), "For commands. Default: write."),
        ("moves", value_types.role(), "For moves, by label or command. Default: triage."),
        ("force", value_types.role(), 'For --force "why", which passes guards. Default: write.'),
    )


def _owners() -> dict[Any, Any]:
    return _settings(
        ("people", _list(value_types.login()), "Logins of those who get new deals."),
        ("by", shape.one_of(("round-robin", "least-busy")), "How one is picked. Default: round-robin."),
    )


@cache
def layout() -> dict[Any, Any]:
    """Describe every setting, for voluptuous."""
    stage_or_null = vol.Any(_stage(), None, shape.blank())
    return _settings(
        ("version", Shape(_version, {"const": 1}), "The version of this format: 1."),
        (
            "since",
            shape.maybe(value_types.day()),
            "The start date. Older issues are history: counted, but never changed.",
        ),
        (
            "timezone",
            value_types.timezone(),
            "The time zone of today, of dates in commands and of the report's week. Default: UTC.",
        ),
        ("currency", value_types.currency(), "The currency of sums, and of amounts without one. Default: EUR."),
        (
            "rates",
            _map(value_types.rate_name(), value_types.day_rate(), MAX_RATES),
            "What a day of work costs: default: 900 EUR. Other names are for lines that name them, or their person.",
        ),
        ("hours_per_day", value_types.hours(), "Hours of a working day, for estimates. Default: 8."),
        ("label_prefix", shape.text(30, empty=True), 'What stage labels begin with. Default: "stage:".'),
        ("initial", value_types.stage_name(), "The stage a new deal starts in. Default: lead."),
        (
            "reopens",
            value_types.stage_name(),
            "The stage of a reopened deal. Default: previous, the one it closed from.",
        ),
        (
            "deals",
            shape.one_of(("all", "labelled")),
            "Which issues are deals: all new ones, or only those with a stage label.",
        ),
        ("stages", _map(value_types.stage_name(), stage_or_null, MAX_STAGES), "Changes to the stages; null drops one."),
        (
            "fields",
            _map(_field_key(), vol.Any(_field(), shape.blank()), MAX_FIELDS),
            "Fields besides the built-in ones.",
        ),
        ("lost_reasons", _list(shape.word()), "Why a client declines. Replaces the default list."),
        ("reject_reasons", _list(shape.word()), "Why we decline. Replaces the default list."),
        ("sources", _list(shape.word()), "Where leads come from. Replaces the default list."),
        ("permissions", _permissions(), "The least role for what people do."),
        (
            "notify",
            _settings(("new", value_types.mention(), "Mentioned on deals that machines opened.")),
            "Whom to notify.",
        ),
        ("chat", _chat(), "What is posted to the chat whose address is the input `notify-url`."),
        ("owners", _owners(), "Who gets the deals that machines open."),
        ("quiet", _list(value_types.days()), "Days without reminders: 2026-12-24, or 2026-12-21..2027-01-03."),
        (
            "away",
            _map(value_types.login(), shape.one_or_more(value_types.days())),
            "Days on which a person is not reminded.",
        ),
        ("sweep", _sweep(), "How much the scheduled sweep does at once."),
        ("report", _report(), "What the weekly report measures against."),
        ("typeform", _typeform(), "Leads from a Typeform."),
        ("streak", _streak(), "Deals synced with boxes in Streak."),
        ("board", _board(), "Deals as cards of a project."),
    )


def _version(value: Any) -> int:
    if value != "1":
        raise Wrong(f"this salesbot understands version 1, not {kind(value)}")
    return 1


@cache
def places() -> dict[str, tuple[str, ...]]:
    """Give the places of each key, e.g. `report.goal` for `goal`; a name that people choose is NAME."""
    found: dict[str, dict[str, None]] = {}
    for path in _paths(layout(), ()):
        found.setdefault(path[-1], {})[".".join(path)] = None
    return {key: tuple(paths) for key, paths in found.items()}


def _paths(part: Any, above: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    match part:
        case vol.All() | vol.Any():
            for validator in part.validators:
                yield from _paths(validator, above)
        case dict():
            for key, value in part.items():
                path = (*above, str(key) if is_key(key) else "NAME")
                yield from (path,) if is_key(key) else ()
                yield from _paths(value, path)


def is_key(key: Any) -> bool:
    """Say whether a key is given by name; else people choose its name."""
    return isinstance(key, vol.Marker)
