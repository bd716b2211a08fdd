"""People: who the journal and the description mean, whatever the account is called now; who owns a deal.

GitHub's database id is the only name that lasts: an account is renamed, and its old login may become somebody else's.
So the journal keeps the id of everybody whom it, its pending comments or the next step name, and each run begins by
writing them all as GitHub calls them now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from salesbot.core.lifecycle import description
from salesbot.core.model import headings, messages
from salesbot.core.model.deal import Actor, Deal
from salesbot.core.model.effects import Assign
from salesbot.core.model.facts import DealFacts, Event, Issue, Person
from salesbot.core.model.journal import Assigned, Journal
from salesbot.core.text import logins, next_step

CanBeAssigned = Callable[[str], bool | None]
"""Whether somebody can be assigned here; None where nobody asked."""


@dataclass(frozen=True)
class Directory:
    """Everybody who was read, by id and by login in lowercase, as GitHub calls them now."""

    logins: Mapping[int, str]
    ids: Mapping[str, int]

    def login_of(self, id_: int, before: str) -> str:
        """Say what an account is called now that was called `before`.

        One that was not read keeps its name, unless that is somebody else's now.
        """
        if id_ in self.logins:
            return self.logins[id_]
        return logins.GHOST if before.casefold() in self.ids else before


def directory(issue: Issue, people: Iterable[Person] = ()) -> Directory:
    """List everybody who did something on an issue or can be assigned to it."""
    found = {person.id: person.login for person in people if person.id is not None}
    found |= {actor.id: actor.login for actor in _actors(issue) if actor is not None and actor.id and not actor.is_bot}
    return Directory(found, {login.casefold(): id_ for id_, login in found.items()})


def _actors(issue: Issue) -> Iterator[Actor | None]:
    yield issue.author
    yield from issue.assignees
    yield from (edit.by for edit in issue.body_edits)
    for comment in issue.comments:
        yield from (comment.author, comment.editor)
    for event in issue.events:
        yield from (event.by, event.whom)


# Names, as they are now


def renamed(journal: Journal, known: Directory) -> dict[str, str]:
    """Give the present login of everybody in the journal who is called otherwise now, by the old one."""
    now = {before: known.login_of(id_, before) for before, id_ in journal.people.items()}
    return {before: login for before, login in now.items() if login.casefold() != before}


def as_called_now(journal: Journal, new: Mapping[str, str]) -> Journal:
    """Write a journal with present logins."""
    if not new:
        return journal
    return replace(
        journal,
        people={new.get(before, before).casefold(): id_ for before, id_ in journal.people.items()},
        assigned=tuple(replace(entry, login=_now(entry.login, new)) for entry in journal.assigned),
        history=tuple(replace(visit, by=visit.by and _now(visit.by, new)) for visit in journal.history),
        trusted=tuple(replace(each, by=_now(each.by, new)) for each in journal.trusted),
        activities=tuple(replace(each, by=_now(each.by, new)) for each in journal.activities),
        pending=tuple(messages.with_people(entry, lambda name: _now(name, new)) for entry in journal.pending),
    )


def present(journal: Journal, issue: Issue) -> Journal:
    """Write a journal with the logins that the issue shows, for whoever only reads."""
    return as_called_now(journal, renamed(journal, directory(issue))) if journal.people else journal


def step_as_called_now(deal: Deal, new: Mapping[str, str]) -> Deal:
    """Write the next step with the present login of who does it."""
    is_doubtful = any(each.heading == headings.NEXT_STEP for each in deal.doubts)
    step = next_step.parse(deal.fields.get(headings.NEXT_STEP, "")) if new and not is_doubtful else None
    if step is None or step.who is None or step.who.casefold() not in new:
        return deal
    return description.with_fields(deal, [(headings.NEXT_STEP, str(replace(step, who=_now(step.who, new))))])


def _now(login: str, new: Mapping[str, str]) -> str:
    return new.get(login.casefold(), login)


def without_refused(journal: Journal, facts: DealFacts) -> Journal:
    """Mark those whom GitHub did not assign in this run: the next one does not try again."""
    names = {effect.login.casefold() for effect, _ in facts.refused if isinstance(effect, Assign)}
    marked = (replace(each, refused=each.refused or each.login.casefold() in names) for each in journal.assigned)
    return replace(journal, assigned=tuple(marked))


def with_ids(journal: Journal, deal: Deal, known: Directory) -> Journal:
    """Keep the ids of everybody whom the journal and the next step name."""
    names = {name.casefold() for name in _names(journal, deal)}
    ids = {name: journal.people.get(name) or known.ids.get(name) for name in sorted(names)}
    return replace(journal, people={name: id_ for name, id_ in ids.items() if id_ is not None})


def _names(journal: Journal, deal: Deal) -> Iterator[str]:
    yield from (entry.login for entry in journal.assigned)
    yield from (visit.by for visit in journal.history if visit.by)
    yield from (each.by for each in journal.trusted if each.by)
    yield from (each.by for each in journal.activities if each.by)
    for entry in journal.pending:
        yield from messages.people(entry)
    step = next_step.parse(deal.fields.get(headings.NEXT_STEP, ""))
    if step is not None and step.who:
        yield step.who


# Who owns a deal


@dataclass(frozen=True)
class Owners:
    """Who owns a deal and who helps, and whom the journal would have on it, but GitHub assigns no more."""

    owner: str | None = None
    helpers: tuple[str, ...] = ()
    unassignable: tuple[str, ...] = ()


def nobody_else(login: str) -> bool | None:
    """Say that nobody can be assigned who is not already: for showing a deal."""
    return False


def can_be_assigned(facts: DealFacts) -> CanBeAssigned:
    """Say who can be assigned, as far as it was read."""

    def ask(login: str) -> bool | None:
        known = login.casefold() in facts.repository.people
        return known or (False if _was_asked(login, facts) else None)

    return ask


def _was_asked(login: str, facts: DealFacts) -> bool:
    return facts.repository.people_complete or login.casefold() in facts.asked_names


def is_here(login: str, facts: DealFacts) -> bool:
    """Say whether somebody works here: can be assigned, as far as that is known, or is assigned to the deal."""
    on = any(actor.login.casefold() == login.casefold() for actor in facts.issue.assignees)
    return on or can_be_assigned(facts)(login) is not False


def to_mention(actor: Actor | None, facts: DealFacts) -> str | None:
    """Name somebody whom a comment may mention: a person who works here."""
    return actor.login if actor is not None and not actor.is_bot and is_here(actor.login, facts) else None


def owners(issue: Issue, journal: Journal | None, can_be: CanBeAssigned = nobody_else) -> Owners:
    """Say who owns the deal, and who helps.

    The owner is whom `/assign` named last, if still assigned; else who was assigned first and still is. What a command
    set holds, also if the run died before it was done, until somebody assigns or unassigns by hand, or GitHub does not
    assign the person any more.
    """
    on = {actor.login: index for index, actor in enumerate(issue.assignees)}
    named, unassignable = "", []
    for entry in _standing(issue, journal):
        known = next((login for login in on if login.casefold() == entry.login.casefold()), None)
        if not entry.on:
            on.pop(known or "", None)
        elif known is None and (entry.refused or can_be(entry.login) is False):
            unassignable += [] if _was_replaced(entry, issue) else [entry.login]
        else:
            named = known or entry.login
            on.setdefault(named, len(on))
    order = sorted(on, key=lambda login: (login != named, _assigned_at(login, issue), on[login]))
    return Owners(order[0] if order else None, tuple(order[1:]), tuple(unassignable))


def to_look_up(issue: Issue, journal: Journal | None) -> list[str]:
    """Name those whom the journal would have on the deal and who are not on it: can they be assigned at all?"""
    on = {actor.login.casefold() for actor in issue.assignees}
    return [entry.login for entry in _standing(issue, journal) if entry.on and entry.login.casefold() not in on]


def _standing(issue: Issue, journal: Journal | None) -> list[Assigned]:
    """List what commands and rules decided of assignees, without what somebody changed by hand since."""
    if journal is None or not journal.assigned:
        return []
    return [entry for entry in present(journal, issue).assigned if not _changed_by_hand(entry, issue)]


def _changed_by_hand(entry: Assigned, issue: Issue) -> bool:
    return any(_is_about(event, entry.login) for event in _by_hand_since(entry, issue))


def _was_replaced(entry: Assigned, issue: Issue) -> bool:
    """Whether somebody assigned anybody by hand since."""
    return any(event.kind == "assigned" for event in _by_hand_since(entry, issue))


def _by_hand_since(entry: Assigned, issue: Issue) -> list[Event]:
    """List what people did to the assignees after a command; in its very second: after we had carried it out."""
    kinds = ("assigned", "unassigned")
    events = [event for event in issue.events if event.kind in kinds and event.at >= entry.at]
    ours = [place for place, event in enumerate(events) if event.own and _is_about(event, entry.login)]
    done = ours[0] if ours else len(events)
    return [event for place, event in enumerate(events) if not event.own and (event.at > entry.at or place > done)]


def _assigned_at(login: str, issue: Issue) -> int:
    places = [index for index, event in enumerate(issue.events) if event.kind == "assigned" and _is_about(event, login)]
    return places[-1] if places else -1


def _is_about(event: Event, login: str) -> bool:
    return event.whom is not None and event.whom.login.casefold() == login.casefold()
