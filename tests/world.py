"""One issue in memory, with GitHub's rules for labels, comments and reactions: whole histories in a blink.

The sandbox is the real thing, over HTTP; this is for thousands of histories in a second.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from salesbot.adapters.templates import TemplateRenderer
from salesbot.core.decide.decide import Decision, decide
from salesbot.core.lifecycle.observed import Observed, observe
from salesbot.core.model import comments
from salesbot.core.model.cards import find_cards
from salesbot.core.model.deal import Actor, Role
from salesbot.core.model.defaults import default_pipeline
from salesbot.core.model.effects import (
    AddLabel,
    Assign,
    CloseIssue,
    CloseTask,
    CreateLabel,
    DeleteComment,
    EditBody,
    Effect,
    MinimizeComment,
    OpenTask,
    PutComment,
    React,
    RemoveLabel,
    ReopenIssue,
    Unassign,
    Unreact,
)
from salesbot.core.model.facts import (
    Comment,
    DealFacts,
    Edit,
    Event,
    EventKind,
    Issue,
    Label,
    LinkedIssue,
    Load,
    Parent,
    Person,
    Refusals,
    Repository,
    Trigger,
)
from salesbot.core.model.journal import Journal
from salesbot.core.model.pipeline import Pipeline
from salesbot.core.model.tasks import SubIssue

BOT = Actor("github-actions", 41898282, is_bot=True)
START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ANN, NORA, KIM, EVE = Actor("ann", 1), Actor("nora", 2), Actor("kim", 3), Actor("eve", 4)
PEOPLE = {actor.login: actor for actor in (ANN, NORA, KIM, EVE)}
ROLES = {"ann": Role.TRIAGE, "nora": Role.WRITE, "kim": Role.ADMIN, "eve": Role.READ}
WORDS = TemplateRenderer()


@dataclass
class World:
    """A repository with one issue in it. Every act takes one second, or none where the clock stands still."""

    pipeline: Pipeline = field(default_factory=default_pipeline)
    body: str = ""
    title: str = "Acme GmbH: new shop"
    now: datetime = START
    author: Actor = ANN
    still: bool = False

    def __post_init__(self) -> None:
        self.ids = itertools.count(100)
        self.repository_labels = {
            stage.label: Label(f"LA_{stage.name}", stage.label, created_at=START - timedelta(days=1))
            for stage in self.pipeline.stages
        }
        self.labels: list[str] = []
        self.events: list[Event] = []
        self.comments: dict[int, Comment] = {}
        self.open = True
        self.state_reason: str | None = None
        self.locked = False
        self.assignees: list[Actor] = []
        self.body_edits: list[Edit] = []
        self.created_at = self.tick()
        self.trigger = Trigger("issues.opened", actor=self.author.login)
        self.roles = dict(ROLES)
        self.accounts = dict(PEOPLE)
        """Everybody by present login."""
        self.own_issue = False
        self.loads: dict[str, Load] | None = None
        self.parent: Parent | None = None
        self.sub_issues: tuple[int, int] | None = None
        self.tasks: list[SubIssue] = []
        self.refused: list[tuple[str | None, list[str | None]]] = []
        """What the last run refused: the stage asked for, if any, and the guards that said no."""
        self.refuses: Callable[[Effect], str | None] = lambda effect: None
        """Why GitHub refuses an effect for good."""
        self.refusals: Refusals = ()

    def tick(self, seconds: float = 1) -> datetime:
        """Let time pass; a single second only if the clock does not stand still."""
        self.now += timedelta(seconds=0 if self.still and seconds == 1 else seconds)
        return self.now

    def _event(
        self, kind: EventKind, by: Actor, label: str | None = None, reason: str | None = None, whom: Actor | None = None
    ) -> None:
        id_ = (
            self.repository_labels[label].id if label in self.repository_labels else (f"LA_x{label}" if label else None)
        )
        self.events.append(Event(f"E{next(self.ids)}", kind, self.now, by, by == BOT, id_, label, reason, whom))

    # People's acts

    def label(self, name: str, by: Actor = ANN) -> None:
        """Put a label on; GitHub does nothing if it is there."""
        self.tick()
        self._add(name, by)
        self.trigger = Trigger("issues.labeled", label=name, actor=by.login)

    def unlabel(self, name: str, by: Actor = ANN) -> None:
        """Take a label off."""
        self.tick()
        self._remove(name, by)
        self.trigger = Trigger("issues.unlabeled", label=name, actor=by.login)

    def comment(self, text: str, by: Actor = ANN) -> int:
        """Write a comment."""
        self.tick()
        id_ = next(self.ids)
        self.comments[id_] = Comment(id_, f"C{id_}", text, self.now, by, own=by == BOT, own_text=by == BOT)
        self.trigger = Trigger("issue_comment.created", comment=id_, actor=by.login)
        return id_

    def edit(self, id_: int, text: str, by: Actor) -> None:
        """Edit a comment, one's own or another's."""
        self.tick()
        old = self.comments[id_]
        texts = old.versions or (Edit(f"V{next(self.ids)}", old.author, old.created_at, old.body),)
        self.comments[id_] = replace(
            old, body=text, versions=(Edit(f"V{next(self.ids)}", by, self.now, text), *texts),
            editor=by, edited_at=self.now, own_text=old.own and by == BOT,
            edited_by_others=old.edited_by_others or by != old.author,
        )  # fmt: skip
        self.trigger = Trigger("issue_comment.edited", comment=id_, actor=by.login)

    def delete(self, id_: int, by: Actor) -> None:
        """Delete a comment."""
        self.tick()
        gone = self.comments.pop(id_)
        self._event("comment deleted", by, whom=gone.author)
        self.trigger = Trigger("issue_comment.deleted", actor=by.login)

    def tick_all(self, name: str, by: Actor = ANN) -> None:
        """Tick every box of a checklist."""
        found = self.by_key(f"checklist:{name}")
        self.edit(found.id, found.body.replace("- [ ]", "- [x]"), by)

    def close(self, by: Actor = ANN, reason: str = "COMPLETED") -> None:
        """Close the issue by hand."""
        self.tick()
        if self.open:
            self.open, self.state_reason = False, reason
            self._event("closed", by, reason=reason)
        self.trigger = Trigger("issues.closed", actor=by.login)

    def reopen(self, by: Actor = ANN) -> None:
        """Reopen the issue by hand."""
        self.tick()
        if not self.open:
            self.open, self.state_reason = True, "REOPENED"
            self._event("reopened", by)
        self.trigger = Trigger("issues.reopened", actor=by.login)

    def assign(self, whom: Actor, by: Actor = ANN) -> None:
        """Assign somebody."""
        self.tick()
        self.assignees.append(whom)
        self._event("assigned", by, whom=whom)
        self.trigger = Trigger("issues.assigned", actor=by.login)

    def unassign(self, whom: Actor, by: Actor = ANN) -> None:
        """Unassign somebody."""
        self.tick()
        self.assignees = [actor for actor in self.assignees if actor.login != whom.login]
        self._event("unassigned", by, whom=whom)
        self.trigger = Trigger("issues.unassigned", actor=by.login)

    def write(self, body: str, by: Actor = NORA) -> None:
        """Edit the description by hand."""
        self.tick()
        self.body = body
        self.body_edits.insert(0, Edit(f"D{next(self.ids)}", by, self.now, body))
        self.trigger = Trigger("issues.edited", actor=by.login)

    def rename(self, login: str, to: str) -> Actor:
        """Rename an account: from now on GitHub shows the new login everywhere."""
        old = self.accounts.pop(login)
        self.accounts[to] = new = replace(old, login=to)
        self.roles = {to if name == login else name: role for name, role in self.roles.items()}
        self._replace_account(old, new)
        return new

    def leave(self, login: str, *, deleted: bool = False) -> None:
        """Take somebody's access away, or delete the account: GitHub unassigns them, and no event says so."""
        self.roles.pop(login, None)
        self.assignees = [actor for actor in self.assignees if actor.login != login]
        if deleted:
            self._replace_account(self.accounts.pop(login), None)

    def join(self, login: str, id_: int, role: Role = Role.WRITE) -> Actor:
        """Give somebody access."""
        self.accounts[login], self.roles[login] = Actor(login, id_), role
        return self.accounts[login]

    def _account(self, login: str) -> Actor:
        return replace(self.accounts.get(login, Actor(login)), node_id=f"U_{login}")

    def _replace_account(self, old: Actor, new: Actor | None) -> None:
        def now(actor: Actor | None) -> Actor | None:
            return new if actor is not None and actor.id == old.id else actor

        self.author = now(self.author) or Actor("ghost")
        self.assignees = [actor for each in self.assignees if (actor := now(each)) is not None]
        self.events = [replace(event, by=now(event.by), whom=now(event.whom)) for event in self.events]
        self.comments = {
            id_: replace(comment, author=now(comment.author), editor=now(comment.editor))
            for id_, comment in self.comments.items()
        }
        self.body_edits = [replace(edit, by=now(edit.by)) for edit in self.body_edits]

    def transfer(self, labels: Sequence[str] | None = None, by: Actor = ANN) -> None:
        """Let the issue arrive from another repository, with everything said there and the labels that exist here."""
        self.tick()
        self.labels = list(self.labels if labels is None else labels)
        self._event("transferred", by)
        self.trigger = Trigger("issues.opened", actor=by.login)

    def sweep(self) -> Decision:
        """Run as the sweep does."""
        self.trigger = Trigger("sweep")
        return self.run()

    def _add(self, name: str, by: Actor) -> None:
        if name.casefold() not in {label.casefold() for label in self.labels}:
            self.labels.append(name)
            self._event("labeled", by, name)

    def _remove(self, name: str, by: Actor) -> None:
        found = [label for label in self.labels if label.casefold() == name.casefold()]
        for label in found:
            self.labels.remove(label)
            self._event("unlabeled", by, label)

    def make_own(self, label: str) -> None:
        """Have the bot itself have opened the issue, with a label."""
        self.own_issue = True
        self._add(label, BOT)

    # The bot's run

    def facts(self) -> DealFacts:
        """Read everything."""
        listed = [self.repository_labels.get(name) or Label(f"LA_x{name}", name) for name in self.labels]
        issue = Issue(
            "I1", 7, self.title, self.body, self.created_at, self.author, self.own_issue, "https://github.com/acme/sales/issues/7",
            self.open, self.state_reason, self.locked, tuple(listed), tuple(self.assignees),
            tuple(self.comments[id_] for id_ in sorted(self.comments)), events=tuple(self.events),
            body_edits=tuple(self.body_edits[:5]), parent=self.parent,
            sub_issues=self.sub_issues or self._summary(), tasks=tuple(self.tasks),
        )  # fmt: skip
        ids = {name: self.accounts[name].id if name in self.accounts else None for name in self.roles}
        people = {name: Person(name, f"U_{name}", ids[name]) for name in self.roles if name != "eve"}
        labels = tuple(self.repository_labels.values())
        repository = Repository(1, "R1", "acme/sales", labels=labels, people=people)
        linked: dict[int, LinkedIssue | None] = {12: LinkedIssue("I12", 12, "Acme again")}
        facts = DealFacts(
            repository, BOT, self.trigger, self.now, self.roles, issue=issue, linked=linked, loads=self.loads
        )
        return facts.with_refused(self.refusals)

    def _summary(self) -> tuple[int, int] | None:
        return (sum(not each.open for each in self.tasks), len(self.tasks)) if self.tasks else None

    def observed(self) -> Observed:
        """Read everything, and what it says."""
        return observe(self.facts(), self.pipeline, self.now)

    def decide(self) -> Decision:
        """Decide without doing."""
        return decide(self.observed(), WORDS)

    def run(self, until: int | None = None) -> Decision:
        """Decide and do; `until` kills the run after so many effects."""
        decision = self.decide()
        missing = [effect for effect in decision.effects if isinstance(effect, CreateLabel)]
        if missing:
            for effect in missing:
                self.repository_labels[effect.name] = Label(f"LA_{effect.name}", effect.name, created_at=self.now)
            decision = self.decide()
        self.refused = [(refused.to, [no.missing for no in refused.why]) for refused in decision.refused]
        self.tick()
        refusals = [(step, self.refuses(step)) for step in decision.effects[:until]]
        for step, why in refusals:
            if why is None:
                self.apply(step)
        refused = tuple((step, why) for step, why in refusals if why is not None)
        return self._run_again(refused) if refused and not self.refusals else decision

    def _run_again(self, refused: Refusals) -> Decision:
        """Decide again without what GitHub refused, as the same run does."""
        self.refusals = refused
        decision = self.run()
        self.refusals = ()
        return decision

    def apply(self, effect: Effect) -> None:
        """Do one effect as GitHub would."""
        match effect:
            case EditBody(body):
                self.body = body
                self.body_edits.insert(0, Edit(f"D{next(self.ids)}", BOT, self.now, body))
            case PutComment(_, body, None):
                id_ = next(self.ids)
                self.comments[id_] = Comment(
                    id_, f"C{id_}", body, self.now, BOT, own=True, own_text=True, url=f"https://x/{id_}"
                )
            case PutComment(_, body, int(id_)):
                self.comments[id_] = replace(
                    self.comments[id_],
                    body=body,
                    edited_at=self.now,
                    editor=BOT,
                    own_text=True,
                    edits=self.comments[id_].edits + 1,
                )
            case AddLabel(name):
                self._add(name, BOT)
            case RemoveLabel(name):
                self._remove(name, BOT)
            case CloseIssue(reason):
                if self.open:
                    self.open, self.state_reason = False, reason
                    self._event("closed", BOT, reason=reason)
            case ReopenIssue():
                if not self.open:
                    self.open = True
                    self._event("reopened", BOT)
            case Assign(login):
                self.assignees.append(self._account(login))
                self._event("assigned", BOT, whom=self._account(login))
            case Unassign(login):
                self.assignees = [actor for actor in self.assignees if actor.login != login]
                self._event("unassigned", BOT, whom=self._account(login))
            case OpenTask(key, title, _, person):
                number = next(self.ids)
                self.tasks.append(SubIssue(f"I{number}", number, title, who=person, key=key))
            case CloseTask(number):
                self.tasks = [
                    replace(each, open=False, dropped=True) if each.number == number else each for each in self.tasks
                ]
            case MinimizeComment(id_):
                self.comments[id_] = replace(self.comments[id_], minimized=True)
            case DeleteComment(id_):
                self.comments.pop(id_, None)
            case React(id_, receipt):
                self.comments[id_] = replace(self.comments[id_], receipts=self.comments[id_].receipts | {receipt})
            case Unreact(id_, receipt):
                self.comments[id_] = replace(self.comments[id_], receipts=self.comments[id_].receipts - {receipt})
            case _:
                raise AssertionError(effect)

    # What people see

    def stages(self) -> list[str]:
        """The stages whose labels are on the issue."""
        return [stage.name for name in self.labels if (stage := self.pipeline.stage_of_label(name)) is not None]

    def own(self) -> list[Comment]:
        """The bot's comments that are not hidden."""
        return [comment for comment in self.comments.values() if comment.own and not comment.minimized]

    def written(self) -> list[str]:
        """The keys of the bot's visible comments."""
        return [str(comments.key_of(comment) or "?") for comment in self.own()]

    def by_key(self, key: str) -> Comment:
        """The bot's visible comment of a key."""
        return next(comment for comment in self.own() if str(comments.key_of(comment)) == key)

    def of_kind(self, kind: str) -> list[Comment]:
        """The bot's comments of a kind, hidden ones included."""
        return [comment for comment in self.comments.values() if comment.own and comments.kind_of(comment) == kind]

    def last(self, kind: str) -> str:
        """The text of the bot's newest comment of a kind."""
        found = [comment for comment in self.own() if comments.kind_of(comment) == kind]
        return comments.text_of(found[-1].body)

    def journal(self) -> Journal:
        """What the program remembers of the deal."""
        facts = self.facts()
        journal = find_cards(facts.issue, facts.repository).journal
        assert journal is not None
        return journal

    def receipts(self, id_: int) -> Sequence[str]:
        """The receipts on a comment."""
        return sorted(self.comments[id_].receipts)


def a_deal(stage: str = "lead", **kwargs: Any) -> World:
    """A deal that came to a stage in the ordinary way, at rest."""
    world = World(**kwargs)
    world.run()
    if stage != "lead":
        world.comment(f'/stage {stage} --force "for the test"', by=KIM)
        world.run()
    assert world.stages() == [stage], world.stages()
    return world


def rest(world: World) -> int:
    """Run until nothing is left to do; that must be soon."""
    for count in range(5):
        if not world.decide().effects:
            return count
        world.run()
    raise AssertionError(f"never at rest: {world.decide().effects}")


def picture(world: World) -> object:
    """What a person sees, without ids and times."""
    visible = Counter((key or "?").partition(":")[0] for key in world.written())
    marks = {id_: sorted(comment.receipts) for id_, comment in world.comments.items() if not comment.own}
    return world.stages(), world.open, world.body, sorted(visible.items()), marks
