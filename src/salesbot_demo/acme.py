"""The story of the demo: a sales team at work, from a lead in a form to a handover, with what goes wrong on the way."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from github_sandbox import Repo
from github_sandbox.streak import Streak
from github_sandbox.typeform import Typeform
from salesbot_demo import boxes, intake, seen
from salesbot_demo.story import Act, Chapter, Story, Then

PEOPLE = {"ann": "triage", "nora": "write", "kim": "admin", "eve": "read"}
OLD = 20
SHOP, APP, RELAUNCH, WEB = OLD + 1, OLD + 2, OLD + 3, OLD + 4

FORM = """### Company

{company}

### Contact

{contact}

### Email

_No response_

### Budget

{budget}
"""


def story(web: Typeform | None = None, streak: Streak | None = None) -> Story:
    """Build the story. `web` is where the form on the website is; without it or `streak` it is read, not played."""
    return Story(
        "A sales team at work. ann sorts the leads (role triage), nora sells (write), kim runs it (admin); eve is a"
        "\nclient who can read along. What they do on GitHub starts `salesbot run`; → is what salesbot does then.",
        PEOPLE,
        [_old(number) for number in range(OLD)],
        [
            Chapter("A lead comes in through the form", [_opens("ann", SHOP, "Acme GmbH: new shop")]),
            Chapter("Won, already? salesbot puts it back and says what is missing", _too_early()),
            Chapter("Does it fit? Four answers, then it is qualified", _qualified()),
            Chapter("The estimate: six items, a value, and the client has it", _estimate()),
            Chapter("Won, by answering GitHub's mail", _won()),
            Chapter("A slip, and /undo", _slip()),
            Chapter("Lost needs a reason", _lost()),
            Chapter("A stranger gives a command", _stranger()),
            Chapter("A next step with a day, and the sweep that reminds of it once", _next_step()),
            Chapter("Put off until a day, and back by itself", _put_off()),
            Chapter("A lead by the form on the website, and who it may be", intake.acts(web, after=SHOP, number=WEB)),
            Chapter("Streak: a dragged box is a fact, unless the team wants it otherwise", boxes.acts(APP, streak)),
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


def _too_early() -> list[Act]:
    no_way = Then("lead", "OPEN", hears="A deal in lead cannot go to won")
    not_yet = Then("lead", "OPEN", hears="The checklist qualification has 4 needed items open")
    return [
        _swaps("ann", SHOP, "stage:lead", "stage:won", no_way),
        _swaps("ann", SHOP, "stage:lead", "stage:qualified", not_yet),
    ]


def _qualified() -> list[Act]:
    ticked = enumerate(("Goal", "Technology", "Resources"), 1)
    done = Then("qualified", "OPEN", hears="What the estimate needs", card="estimate | 0 of 6")
    return [
        Act(
            "kim",
            "assigns nora",
            SHOP,
            lambda sales: sales.assign("kim", SHOP, "nora"),
            Then("lead", card="Owner | nora"),
        ),
        *(_ticks("nora", SHOP, item, Then("lead", card=f"qualification | {count} of 4")) for count, item in ticked),
        _strikes("nora", SHOP, "Timeline", "no date, and none needed", Then("lead", card="qualification | 4 of 4")),
        _swaps("ann", SHOP, "stage:lead", "stage:qualified", done),
    ]


def _estimate() -> list[Act]:
    ticked = enumerate(("Scope", "Effort", "Assumptions", "Price", "Second pair of eyes", "Sent"), 1)
    no_value = Then("qualified", hears="The deal has no value", receipt="CONFUSED")
    return [
        *(_ticks("nora", SHOP, item, Then("qualified", card=f"estimate | {count} of 6")) for count, item in ticked),
        _says("nora", SHOP, "/negotiate", no_value),
        _says("nora", SHOP, "/value 24k EUR", Then("qualified", hears="", card="24,000 EUR", receipt="ROCKET")),
        _says("nora", SHOP, "/negotiate", Then("negotiating", "OPEN", "", "weighted 14,400 EUR", "ROCKET")),
    ]


def _won() -> list[Act]:
    mail = "/won\n\nOn Wed, 25 Nov 2026 at 08:02, github-actions[bot] wrote:\n> **negotiating** since 23 Nov 2026\n"
    won = Then("won", "COMPLETED", hears="Now hand it over well", receipt="ROCKET")
    told = "answers GitHub's mail: /won"
    return [Act("nora", told, SHOP, lambda sales: sales.comment("nora", SHOP, mail), won, wait=timedelta(hours=44))]


def _slip() -> list[Act]:
    return [
        _opens("ann", APP, "Borealis AG: booking app"),
        _says("ann", APP, "/reject too small", Then("rejected", "NOT_PLANNED", receipt="ROCKET")),
        _says("ann", APP, "/undo", Then("lead", "OPEN", receipt="ROCKET")),
    ]


def _lost() -> list[Act]:
    return [
        _opens("ann", RELAUNCH, "Cirrus Ltd: relaunch"),
        _says("nora", RELAUNCH, "/lost", Then("lead", "OPEN", hears="/lost", receipt="CONFUSED")),
        _says("nora", RELAUNCH, "/lost price", Then("lost", "NOT_PLANNED", card="price", receipt="ROCKET")),
    ]


def _stranger() -> list[Act]:
    return [_says("eve", APP, "/won 1 EUR", Then("lead", "OPEN", hears="", receipt="CONFUSED"))]


def _next_step() -> list[Act]:
    plan = "/assign me\n/next Friday call about the estimate"
    due = Then("lead", hears="@nora", card="call about the estimate")
    return [
        _says("nora", APP, plan, Then("lead", hears="", card="call about the estimate", receipt="ROCKET")),
        _comes_round(APP, "on Monday; Friday has passed", timedelta(days=4, hours=22), due),
        _comes_round(APP, "on Tuesday", timedelta(days=1), Then("lead", hears="", untouched=True)),
        _says("nora", APP, "/done", Then("lead", hears="", receipt="ROCKET")),
    ]


def _put_off() -> list[Act]:
    off = Then("revisit", "OPEN", hears="", receipt="ROCKET")
    back = Then("lead", "OPEN", hears="@nora")
    return [
        _says("nora", APP, "/revisit in 2 weeks no budget before", off),
        _comes_round(APP, "a day too early", timedelta(days=12), Then("revisit", hears="")),
        _comes_round(APP, "on the day", timedelta(days=2), back),
    ]


def _comes_round(number: int, told: str, wait: timedelta, then: Then) -> Act:
    return Act("the daily sweep", f"comes round {told}", number, lambda sales: sales.schedule(), then, wait)


def _opens(who: str, number: int, title: str) -> Act:
    company = title.partition(":")[0]
    body = FORM.format(company=company, contact="Kim Sommer", budget="about 20k")
    return Act(
        who,
        f"fills in the issue form: #{number} “{title}”",
        number,
        lambda sales: sales.open_issue(who, title, body),
        Then("lead", "OPEN", hears="Does it fit?", card="lead since"),
    )


def _says(who: str, number: int, text: str, then: Then) -> Act:
    return Act(who, f"comments on #{number}: {text}", number, lambda sales: sales.comment(who, number, text), then)


def _ticks(who: str, number: int, word: str, then: Then) -> Act:
    def do(sales: Repo) -> None:
        comment, item = seen.item(sales.issue(number), word)
        sales.tick(who, comment.id, item)

    return Act(who, f"ticks “{word}”", number, do, then)


def _strikes(who: str, number: int, word: str, why: str, then: Then) -> Act:
    def do(sales: Repo) -> None:
        comment, item = seen.item(sales.issue(number), word)
        sales.edit_comment(who, comment.id, comment.body.replace(item, f"~~{item}~~ {why}"))

    return Act(who, f"strikes out “{word}”: {why}", number, do, then)


def _swaps(who: str, number: int, old: str, new: str, then: Then) -> Act:
    told = f"swaps the label {old} for {new}"
    return Act(who, told, number, lambda sales: sales.swap(who, number, old, new), then)
