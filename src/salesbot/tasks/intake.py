"""The intake: leads that came in by a form become issues, polled on schedule or relayed one by one (docs/intake.md).

Typeform's words are its adapter's, issues are `opening`'s. Known here: when to ask for what, and what is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time

from salesbot.adapters.typeform import SOURCE, Typeform, is_signed, read_delivery
from salesbot.core.errors import InputError
from salesbot.core.leads import lead, lead_index
from salesbot.core.leads.field_mapping import sort_in
from salesbot.core.model.facts import IssueSummary
from salesbot.core.model.pipeline import Pipeline
from salesbot.core.model.pipeline import Typeform as Form
from salesbot.tasks.deal import Outcome
from salesbot.tasks.open_leads import LeadOpener, counted

SIGNED_WITH = "Put the webhook's own secret into the secret TYPEFORM_WEBHOOK_SECRET"
NO_FORM = "No form in the configuration (`typeform`): nothing to take in."


@dataclass
class Intake:
    """One run. `connect` gives the connection with the token; `secret` is what deliveries are signed with."""

    opener: LeadOpener
    connect: Callable[[], Typeform]
    secret: str = field(default="", repr=False)
    since: date | None = None
    """Since when, if a person says so; else as the configuration and what came in before say."""

    def poll(self) -> Outcome:
        """Ask for what was sent since the last poll. Nothing new: one request there and one to GitHub."""
        told, pipeline = self.opener.begin()
        if pipeline is None:
            return told
        outcome = told.then(self.opener.finish())
        if pipeline.typeform is None:
            return outcome.then(Outcome(notes=(NO_FORM,)))
        return outcome.then(self._poll(pipeline, pipeline.typeform, self.connect()))

    def _poll(self, pipeline: Pipeline, form: Form, typeform: Typeform) -> Outcome:
        received, wrong = typeform.responses(form.form, self._begin(pipeline, form))
        self.opener.read_back(received)
        fresh = lead_index.fresh(received, self.opener.other_issues)
        asked = typeform.with_questions(form.form, fresh) if fresh else []
        leads = [sort_in(each, form.map, pipeline, polled=True) for each in asked]
        looked = f"Looked at {counted(len(received), 'response')}; {len(leads):,} new."
        return Outcome(told=tuple(dict.fromkeys(wrong)), notes=(looked,)).then(self.opener.open_all(leads))

    def _begin(self, pipeline: Pipeline, form: Form) -> datetime:
        context = self.opener.context
        known = [*self.opener.inbound, *self.opener.other_issues]
        asked, configured = _midnight(self.since, pipeline), _midnight(form.since, pipeline)
        source = f"{SOURCE}:{form.form}:"
        return asked or lead_index.poll_from(
            source, known, context.read_at, since=configured, begun=_midnight(pipeline.since, pipeline)
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
        told, pipeline = self.opener.begin()
        if pipeline is None:
            return told
        if pipeline.typeform is None or pipeline.typeform.form != form:
            raise InputError(f"The relayed response is of the form {form}, which is not ours.", "See `typeform.form`")
        outcome = told.then(self.opener.finish())
        self.opener.read_back([received])
        fresh = lead_index.fresh([received], self.opener.other_issues)
        return outcome.then(self.opener.open_all([sort_in(each, pipeline.typeform.map, pipeline) for each in fresh]))

    def keep_out(self, gone: IssueSummary) -> Outcome:
        """Keep what was sent from coming in again after somebody deleted its issue: an empty one holds the key."""
        mark = lead.mark_of(gone)
        if mark is None or mark.gone or mark.source != SOURCE:
            return Outcome(notes=(f"Issue {gone.number} is gone, and nothing would bring it back.",))
        told, pipeline = self.opener.begin()
        if pipeline is None:
            return told
        return told.then(self.opener.finish()).then(self.opener.keep_out(gone.number, mark))


def _midnight(day: date | None, pipeline: Pipeline) -> datetime | None:
    return datetime.combine(day, time.min, pipeline.timezone) if day is not None else None
