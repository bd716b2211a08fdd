"""The story of the demo: a sales team at work, from a lead in a form to a handover, with what goes wrong."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from github_sandbox import Repo, Sandbox
from github_sandbox.streak import Streak
from github_sandbox.typeform import Typeform
from salesbot_demo import board_chapter, form_chapter, observation, streak_chapter
from salesbot_demo.player import Chapter, Expected, Step, Story

PEOPLE = {"ann": "triage", "nora": "write", "kim": "admin", "eve": "read"}
OLD = 20
SHOP, APP, RELAUNCH, WEB, PORTAL = OLD + 1, OLD + 2, OLD + 3, OLD + 4, OLD + 5

FORMS = {
    SHOP: {"contact": "Kim Sommer", "budget": "about 20k"},
    APP: {"contact": "Jan Petersen", "budget": "30k, perhaps more"},
    RELAUNCH: {"contact": "Lea Novak", "budget": "not known yet"},
    PORTAL: {"contact": "Mia Lind", "budget": "15k to 20k"},
}
"""What each form says. Every client has its own contact: of two deals with one contact the second card asks."""

FORM = """### Company

{company}

### Contact

{contact}

### Email

_No response_

### Budget

{budget}
"""


def story(web: Typeform | None = None, streak: Streak | None = None, github: Sandbox | None = None) -> Story:
    """Build the story. Without `web`, the form on the website, `streak` or `github` it can be printed, not played."""
    lead_by_form, box = form_chapter.steps(web, after=SHOP, number=WEB), streak_chapter.steps(APP, streak)
    return Story(
        "A sales team at work. ann sorts the leads (role triage), nora sells (write), kim runs it (admin); eve is a"
        "\nclient who can read along. What they do on GitHub starts `salesbot run`; → is what salesbot does then.",
        PEOPLE,
        [_old(number) for number in range(OLD)],
        [
            Chapter("A lead comes in through the form", [_opens("ann", SHOP, "Acme GmbH: new shop")]),
            Chapter("Won, already? salesbot puts it back and says what is missing", _too_early()),
            Chapter("Does it fit? Four answers, then it is qualified", _qualified()),
            Chapter("The estimate: amounts that add up, six items, a value, and the client has it", _estimate()),
            Chapter("Won, by answering GitHub's mail", _won()),
            Chapter("A slip, and /undo", _slip()),
            Chapter("Lost needs a reason", _lost()),
            Chapter("A stranger gives a command", _stranger()),
            Chapter("A next step with a date; the sweep reminds once", _next_step()),
            Chapter("Put off until a day, and back by itself", _put_off()),
            Chapter("A lead from the form on the website, and a possible duplicate", lead_by_form),
            Chapter("Streak: a dragged box moves the deal; how strictly it is checked is configured", box),
            Chapter(
                "The board: a dragged card is a move, evaluated like a label",
                [_opens("ann", PORTAL, "Delta AG: customer portal"), *board_chapter.steps(PORTAL, github)],
            ),
            Chapter("Several things to do: each task is a sub-issue, counted on the card", tasks(PORTAL, PORTAL + 1)),
        ],
    )


def _old(number: int) -> Mapping[str, Any]:
    closed = number % 3 == 0
    return {
        "title": f"Old business {number + 1}",
        "body": "From before salesbot came.",
        "author": ("ann", "nora", "kim")[number % 3],
        "created_at": f"2025-0{number % 9 + 1}-14T10:00:00Z",
        "labels": ["customer"] if number % 2 else [],
        "state": "CLOSED" if closed else "OPEN",
        "state_reason": "COMPLETED" if closed else None,
        "comments": [{"by": "nora", "body": "Called them: /won?", "at": "2025-10-01T10:00:00Z"}] if number % 4 else [],
    }


def _too_early() -> list[Step]:
    no_way = Expected("lead", "OPEN", says="A deal in lead cannot go to won")
    not_yet = Expected("lead", "OPEN", says="The qualification checklist has 4 open items")
    return [
        _swaps("ann", SHOP, "stage:lead", "stage:won", no_way),
        _swaps("ann", SHOP, "stage:lead", "stage:qualified", not_yet),
    ]


def _qualified() -> list[Step]:
    ticked = enumerate(("Goal", "Technology", "Resources"), 1)
    done = Expected("qualified", "OPEN", says="What the estimate needs", card="estimate checklist (0 of 6)")
    return [
        Step(
            "kim",
            "assigns nora",
            SHOP,
            lambda sales: sales.assign("kim", SHOP, "nora"),
            Expected("lead", card="Owner: nora"),
        ),
        *(_ticks("nora", SHOP, item, Expected("lead", card=f"{count} of 4")) for count, item in ticked),
        _strikes("nora", SHOP, "Timeline", "no date, and none needed", Expected("lead", card="4 of 4")),
        _swaps("ann", SHOP, "stage:lead", "stage:qualified", done),
    ]


def _estimate() -> list[Step]:
    ticked = enumerate(("Scope", "Effort", "Assumptions", "Price", "Second pair of eyes", "Sent"), 1)
    no_value = Expected("qualified", says="The deal has no value", reaction="CONFUSED")
    return [
        _estimates("nora", SHOP, Expected("qualified", card="Estimated: 21,000 to 24,600 EUR")),
        *(_ticks("nora", SHOP, item, Expected("qualified", card=f"{count} of 6")) for count, item in ticked),
        _says("nora", SHOP, "/negotiate", no_value),
        _says("nora", SHOP, "/value 24k EUR", Expected("qualified", says="", card="24,000 EUR", reaction="ROCKET")),
        _says("nora", SHOP, "/negotiate", Expected("negotiating", "OPEN", "", "weighted 14,400 EUR", "ROCKET")),
    ]


PACKAGES = "\n\n- [ ] Design: 8 d @nora\n- [ ] Shop theme: 14-18 d @kim\n- [ ] Hosting, first year: 1,200 EUR"


def _estimates(who: str, number: int, expected: Expected) -> Step:
    """Write amounts below the heading of the packages; a day costs 900 EUR."""

    def do(sales: Repo) -> None:
        sales.push("kim", form_chapter.CONFIG, "version: 1\nrates: {default: 900 EUR}\n")
        comment, _ = observation.item(sales.issue(number), "Scope")
        part = next(line for line in comment.body.split("\n") if line.startswith("**Packages**"))
        sales.edit_comment(who, comment.id, comment.body.replace(part, f"{part}{PACKAGES}"))

    return Step(who, "adds three lines with amounts to the checklist: 8 d, 14-18 d, 1,200 EUR", number, do, expected)


def _won() -> list[Step]:
    mail = "/won\n\nOn Wed, 25 Nov 2026 at 08:02, github-actions[bot] wrote:\n> **negotiating** since 23 Nov 2026\n"
    won = Expected("won", "COMPLETED", says="Handover checklist", reaction="ROCKET")
    text = "answers GitHub's mail: /won"
    return [Step("nora", text, SHOP, lambda sales: sales.comment("nora", SHOP, mail), won, wait=timedelta(hours=44))]


def _slip() -> list[Step]:
    return [
        _opens("ann", APP, "Borealis AG: booking app"),
        _says("ann", APP, "/reject too small", Expected("rejected", "NOT_PLANNED", reaction="ROCKET")),
        _says("ann", APP, "/undo", Expected("lead", "OPEN", reaction="ROCKET")),
    ]


def _lost() -> list[Step]:
    return [
        _opens("ann", RELAUNCH, "Cirrus Ltd: relaunch"),
        _says("nora", RELAUNCH, "/lost", Expected("lead", "OPEN", says="/lost", reaction="CONFUSED")),
        _says("nora", RELAUNCH, "/lost price", Expected("lost", "NOT_PLANNED", card="price", reaction="ROCKET")),
    ]


def _stranger() -> list[Step]:
    return [_says("eve", APP, "/won 1 EUR", Expected("lead", "OPEN", says="", reaction="CONFUSED"))]


def _next_step() -> list[Step]:
    plan = "/assign me\n/next Friday call about the estimate"
    due = Expected("lead", says="@nora", card="call about the estimate")
    called = Expected("lead", says="", card="they compare us with two others", reaction="ROCKET")
    return [
        _says("nora", APP, plan, Expected("lead", says="", card="call about the estimate", reaction="ROCKET")),
        _comes_round(APP, "on Monday; Friday has passed", timedelta(days=4, hours=22), due),
        _comes_round(APP, "on Tuesday", timedelta(days=1), Expected("lead", says="", unchanged=True)),
        _says("nora", APP, "/call they compare us with two others\n/done", called),
    ]


def _put_off() -> list[Step]:
    off = Expected("revisit", "OPEN", says="", reaction="ROCKET")
    back = Expected("lead", "OPEN", says="@nora")
    return [
        _says("nora", APP, "/revisit in 2 weeks no budget before", off),
        _comes_round(APP, "a day too early", timedelta(days=12), Expected("revisit", says="")),
        _comes_round(APP, "on the day", timedelta(days=2), back),
    ]


def tasks(number: int, task: int) -> list[Step]:
    """Make the steps in which a deal gets a task, the next issue of the repository, and somebody closes it."""
    opened = Expected(says="", card="0 of 1 done; next Fri", reaction="ROCKET")
    return [
        _says("nora", number, "/task friday send the references @kim", opened),
        Step(
            "kim",
            f"closes the task, #{task}",
            task,
            lambda sales: sales.close("kim", task),
            Expected(state="COMPLETED"),
        ),
        _says("nora", number, "/status", Expected(card="1 of 1 done", reaction="ROCKET")),
    ]


def _comes_round(number: int, text: str, wait: timedelta, expected: Expected) -> Step:
    return Step("the daily sweep", f"comes round {text}", number, lambda sales: sales.schedule(), expected, wait)


def _opens(who: str, number: int, title: str) -> Step:
    company = title.partition(":")[0]
    body = FORM.format(company=company, **FORMS[number])
    return Step(
        who,
        f"fills in the issue form: #{number} “{title}”",
        number,
        lambda sales: sales.open_issue(who, title, body),
        Expected("lead", "OPEN", says="Does it fit?", card="lead since"),
    )


def _says(who: str, number: int, text: str, expected: Expected) -> Step:
    return Step(who, f"comments on #{number}: {text}", number, lambda sales: sales.comment(who, number, text), expected)


def _ticks(who: str, number: int, word: str, expected: Expected) -> Step:
    def do(sales: Repo) -> None:
        comment, item = observation.item(sales.issue(number), word)
        sales.tick(who, comment.id, item)

    return Step(who, f"ticks “{word}”", number, do, expected)


def _strikes(who: str, number: int, word: str, why: str, expected: Expected) -> Step:
    def do(sales: Repo) -> None:
        comment, item = observation.item(sales.issue(number), word)
        sales.edit_comment(who, comment.id, comment.body.replace(item, f"~~{item}~~ {why}"))

    return Step(who, f"strikes out “{word}”: {why}", number, do, expected)


def _swaps(who: str, number: int, old: str, new: str, expected: Expected) -> Step:
    text = f"swaps the label {old} for {new}"
    return Step(who, text, number, lambda sales: sales.swap(who, number, old, new), expected)
