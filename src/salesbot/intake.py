"""The intake: leads that came in by a form become issues, polled on schedule or relayed one by one (docs/intake.md).

Typeform's words are its adapter's, issues are `opening`'s. Known here: when to ask for what, and what is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time

from salesbot.adapters.typeform import SOURCE, Typeform, is_signed, read_delivery
from salesbot.app import Outcome
from salesbot.core import inbox, lead
from salesbot.core.errors import InputError
from salesbot.core.facts import Other
from salesbot.core.pipeline import Pipeline
from salesbot.core.pipeline import Typeform as Form
from salesbot.core.places import sort_in
from salesbot.opening import Opening, counted

SIGNED_WITH = "Put the webhook's own secret into the secret TYPEFORM_WEBHOOK_SECRET"
NO_FORM = "No form in the configuration (`typeform`): nothing to take in."


@dataclass
class Intake:
    """One run. `connect` gives the connection with the token; `secret` is what deliveries are signed with."""

    opening: Opening
    connect: Callable[[], Typeform]
    secret: str = field(default="", repr=False)
    since: date | None = None
    """Since when, if a person says so; else as the configuration and what came in before say."""

    def poll(self) -> Outcome:
        """Ask for what was sent since the last poll. Nothing new: one request there and one to GitHub."""
        told, pipeline = self.opening.begin()
        if pipeline is None:
            return told
        outcome = told.then(self.opening.finish())
        if pipeline.typeform is None:
            return outcome.then(Outcome(notes=(NO_FORM,)))
        return outcome.then(self._poll(pipeline, pipeline.typeform, self.connect()))

    def _poll(self, pipeline: Pipeline, form: Form, typeform: Typeform) -> Outcome:
        received, wrong = typeform.responses(form.form, self._begin(pipeline, form))
        self.opening.read_back(received)
        fresh = inbox.fresh(received, self.opening.others)
        asked = typeform.with_questions(form.form, fresh) if fresh else []
        leads = [sort_in(each, form.map, pipeline, polled=True) for each in asked]
        looked = f"Looked at {counted(len(received), 'response')}; {len(leads):,} new."
        return Outcome(told=tuple(dict.fromkeys(wrong)), notes=(looked,)).then(self.opening.open_all(leads))

    def _begin(self, pipeline: Pipeline, form: Form) -> datetime:
        around = self.opening.around
        known = [*self.opening.inbound, *self.opening.others]
        asked, configured = _midnight(self.since, pipeline), _midnight(form.since, pipeline)
        source = f"{SOURCE}:{form.form}:"
        return asked or inbox.poll_from(
            source, known, around.read_at, since=configured, begun=_midnight(pipeline.since, pipeline)
        )

    def take_in(self, body: str, signature: str) -> Outcome:
        """Take in one response as the form's webhook delivered it. One that is not signed costs no request.

        Raises InputError if it is not signed with our secret, is no response, or is one of another form.
        """
        if not self.secret:
            raise InputError("A response was relayed, but the input `typeform-secret` is empty.", SIGNED_WITH)
        if not is_signed(body.encode("utf-8", "surrogatepass"), signature, self.secret):
            what = "The relayed response is not signed with the secret in `typeform-secret`; it was not taken in."
            raise InputError(what, SIGNED_WITH)
        delivered = read_delivery(body.encode("utf-8", "surrogatepass"))
        if delivered is None:
            return Outcome(notes=("The relayed response is not sent off yet: left alone.",))
        form, received = delivered
        told, pipeline = self.opening.begin()
        if pipeline is None:
            return told
        if pipeline.typeform is None or pipeline.typeform.form != form:
            raise InputError(f"The relayed response is of the form {form}, which is not ours.", "See `typeform.form`")
        outcome = told.then(self.opening.finish())
        self.opening.read_back([received])
        fresh = inbox.fresh([received], self.opening.others)
        return outcome.then(self.opening.open_all([sort_in(each, pipeline.typeform.map, pipeline) for each in fresh]))

    def keep_out(self, gone: Other) -> Outcome:
        """Keep what was sent from coming in again after somebody deleted its issue: an empty one holds the key."""
        mark = lead.mark_of(gone)
        if mark is None or mark.gone or mark.source != SOURCE:
            return Outcome(notes=(f"Issue {gone.number} is gone, and nothing would bring it back.",))
        told, pipeline = self.opening.begin()
        if pipeline is None:
            return told
        return told.then(self.opening.finish()).then(self.opening.keep_out(gone.number, mark))


def _midnight(day: date | None, pipeline: Pipeline) -> datetime | None:
    return datetime.combine(day, time.min, pipeline.timezone) if day is not None else None
