"""Whose word a field is: who wrote its section last, by the edit history, and what the journal knows of it.

A value, a date or a next step counts, reminds or moves a deal, and whoever opened an issue may edit its description for
ever. So each of these sections is believed only if somebody with the role write wrote it, or a command; until then the
text before it counts. An edit elsewhere in the description changes nothing of that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from salesbot.core.leads import lead
from salesbot.core.lifecycle.observed import Observed
from salesbot.core.model.deal import Actor, Role
from salesbot.core.model.facts import Issue
from salesbot.core.model.headings import TRUSTED_FIELDS, VALUE
from salesbot.core.model.journal import Journal
from salesbot.core.model.trust import Doubt, TrustedField, kept
from salesbot.core.text import fields
from salesbot.core.text.fields import Body

EDITS_READ = 5
"""How many edits a read brings. Where there are that many, it is unknown who wrote what is in the first of them."""
FORM = "the web form"
"""Who wrote what a client answered in a form that salesbot reads."""

MaySet = Callable[[str], bool]
"""Whether somebody, by login, may set fields."""


@dataclass(frozen=True)
class _Version:
    """A text of the description: who may have written it, when, and its fields."""

    by: Sequence[Actor | None]
    at: datetime
    fields: Mapping[str, str]


@dataclass(frozen=True)
class Description:
    """What was read of a description. `written` is when the card that holds the journal was written, `own` our id."""

    issue: Issue
    body: Body
    journal: Journal | None
    written: datetime | None
    own: int | None

    @cached_property
    def known(self) -> Mapping[str, TrustedField]:
        """What the journal knows; older cards know the last value that a command gave."""
        if self.journal is None:
            return {}
        given = self.journal.rounds if self.body.fields.get(VALUE) else ()
        rounds = {VALUE: TrustedField(VALUE, given[-1][1])} if given else {}
        return rounds | {each.heading: each for each in self.journal.trusted}

    @cached_property
    def versions(self) -> Sequence[_Version]:
        """The texts that are known, the oldest first. An edit without its text is one with the next that has it."""
        return list(self._versions())

    def _versions(self) -> Iterator[_Version]:
        issue = self.issue
        *older, newest = [(edit.by, edit.at, edit.text) for edit in reversed(issue.body_edits)] or [
            (issue.author, issue.created_at, None)
        ]
        by: list[Actor | None] = []
        before = issue.author
        for editor, at, text in older:
            before = before if self._is_own(editor) else editor
            by.append(before)
            if text is not None:
                yield _Version(by, at, fields.read(text, self.body.known, self.body.one_line))
                by = []
        yield _Version([*by, before if self._is_own(newest[0]) else newest[0]], newest[1], self.body.fields)

    def _is_own(self, actor: Actor | None) -> bool:
        """Whether it is us. What a command has us write the journal knows; the rest is that of the last person."""
        return actor is not None and actor.id is not None and actor.id == self.own

    @property
    def is_cut(self) -> bool:
        """Whether there may be older edits than were read, of a deal whose fields were checked before."""
        return len(self.issue.body_edits) >= EDITS_READ and self.journal is not None and bool(self.journal.trusted)


def read(observed: Observed, journal: Journal | None, body: Body) -> Description:
    """Put together what was read of an issue; `body` may have fields that the journal is about to write."""
    written = observed.card.changed_at if observed.card is not None else None
    return Description(observed.issue, body, journal, written, observed.facts.viewer.id)


def trusted_fields(description: Description, may_set: MaySet) -> dict[str, TrustedField]:
    """Say of each field that counts which text is to be believed, and whose it is, if anybody filled it in."""
    found = (_judged(heading, description, may_set) for heading in TRUSTED_FIELDS)
    return {each.heading: each for each in found if each.text or each.doubt or each.heading in description.known}


def has_role(roles: Mapping[str, Role]) -> MaySet:
    """Believe those who have the role write."""
    return lambda login: roles.get(login.casefold(), Role.NONE) >= Role.WRITE


def people_to_ask(description: Description) -> list[str]:
    """Name those whose roles decide whether a field counts; nobody where the journal knows each text already."""
    asked: dict[str, None] = {}

    def ask(login: str) -> bool:
        asked[login] = None
        return False

    trusted_fields(description, ask)
    return list(asked)


def _judged(heading: str, description: Description, may_set: MaySet) -> TrustedField:
    known = description.known.get(heading, TrustedField(heading))
    if (settled := _as_known(known, description.body.fields)) is not None:
        return settled
    versions = description.versions
    places = [place for place, version in enumerate(versions) if _as_known(known, version.fields) is not None]
    begin = places[-1] + 1 if places else 0
    result = _as_known(known, versions[begin - 1].fields) or known
    for place in range(begin, len(versions)):
        text = kept(versions[place].fields.get(heading, ""))
        if place > begin and text == kept(versions[place - 1].fields.get(heading, "")):
            continue
        unclear = place == 0 and description.is_cut
        result = _written(result, text, versions[place], description, may_set, unclear=unclear)
    return result


def _as_known(known: TrustedField, texts: Mapping[str, str]) -> TrustedField | None:
    """The field as the journal knows it; None for a text that it does not know."""
    text = kept(texts.get(known.heading, ""))
    if text == known.text:
        return replace(known, doubt=None)
    return known if known.doubt is not None and text == known.doubt.text else None


def _written(
    before: TrustedField, text: str, version: _Version, description: Description, may_set: MaySet, *, unclear: bool
) -> TrustedField:
    """Somebody wrote another text. One that the journal does not know and is older than it is past already."""
    if text == before.text:
        return replace(before, doubt=None)
    ours = _login(description.issue.author) if description.issue.own else None
    names = [_login(each) for each in version.by]
    believed = [_is_ours(description.issue) if name == ours else bool(name) and may_set(name) for name in names]
    names = [("" if _is_ours(description.issue) else FORM) if name == ours else name for name in names]
    trusted = all(believed) and not (unclear and any(names))
    if not trusted:
        return replace(before, doubt=Doubt(text, names[-1], version.at))
    is_past = version is not description.versions[-1] and _is_older(version, description) and bool(before.text)
    return before if is_past else TrustedField(before.heading, text, names[-1])


def _login(actor: Actor | None) -> str:
    return actor.login if actor is not None else ""


def _is_older(version: _Version, description: Description) -> bool:
    return description.written is not None and version.at <= description.written


def _is_ours(issue: Issue) -> bool:
    """Whether the text of an issue that we opened is to be believed: a client's form is not, a person's table is."""
    mark = lead.mark_of(issue)
    return mark is None or mark.source != lead.FROM_FORM
