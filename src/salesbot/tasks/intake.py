"""The intake: leads that came in by a form become issues, polled on schedule or relayed one by one (docs/intake.md).

The API of Typeform is known to its adapter, issues to `open_leads`. Known here: when to ask for what, and what is
refused.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import partial

from salesbot.adapters.typeform import SOURCE, Typeform, is_signed, read_delivery
from salesbot.core.errors import InputError
from salesbot.core.leads import lead, lead_index
from salesbot.core.leads.field_mapping import sort_in
from salesbot.core.model.facts import IssueSummary
from salesbot.core.model.pipeline import Pipeline
from salesbot.core.model.pipeline import Typeform as Form
from salesbot.core.text.plural import counted
from salesbot.tasks import form_check
from salesbot.tasks.isolation import Isolation
from salesbot.tasks.open_leads import LeadOpener
from salesbot.tasks.outcome import Outcome

SIGNED_WITH = "Put the webhook's own secret into the secret TYPEFORM_WEBHOOK_SECRET"
NO_FORM = "No form is configured (`typeform`), so there are no leads to import."


@dataclass
class Intake:
    """One run. `connect` gives the connection with the token; `secret` is what deliveries are signed with."""

    opener: LeadOpener
    connect: Callable[[], Typeform]
    secret: str = field(default="", repr=False)
    since: date | None = None
    """The first day to ask for, if a person gives one; else the configuration and earlier leads decide."""

    def poll(self) -> Outcome:
        """Ask for what was sent since the last poll. Nothing new: one request there and one to GitHub."""
        outcome, pipeline = self.opener.read()
        if pipeline is None:
            return outcome
        outcome = outcome.then(self.opener.finish_earlier())
        if pipeline.typeform is None:
            return outcome.then(Outcome(notes=(NO_FORM,)))
        return outcome.then(self._poll(pipeline, pipeline.typeform, self.connect()))

    def _poll(self, pipeline: Pipeline, form: Form, typeform: Typeform) -> Outcome:
        received, unreadable = typeform.responses(form.form, self._since(pipeline, form))
        self.opener.read_back(received)
        fresh = lead_index.fresh(received, self.opener.other_issues)
        answered, untitled = typeform.with_questions(form.form, fresh) if fresh else ([], [])
        isolation = Isolation(self.opener.log)
        sort = partial(sort_in, wanted=form.map, pipeline=pipeline, polled=True)
        sorted_ = [isolation.attempt(f"The lead {each.key}", partial(sort, each)) for each in answered]
        leads = [each for each in sorted_ if each is not None]
        note = f"Looked at {counted(len(received), 'response')}; {len(leads):,} new."
        read = Outcome(problems=(*unreadable, *untitled), notes=(note,)).then(isolation.outcome)
        return read.then(self.opener.open_all(leads)).then(self._check_map(pipeline, form, typeform))

    def _check_map(self, pipeline: Pipeline, form: Form, typeform: Typeform) -> Outcome:
        """Report once what the map names and the form lacks, where the form was read anyway, because a lead came in."""
        if not typeform.has_read(form.form):
            return Outcome()
        told = form_check.sentences(form, typeform.form_names(form.form))
        return self.opener.processor.problems.report_form(self.opener.context, pipeline, told)

    def _since(self, pipeline: Pipeline, form: Form) -> datetime:
        context = self.opener.context
        known = [*self.opener.inbound, *self.opener.other_issues]
        given, configured = _midnight(self.since, pipeline), _midnight(form.since, pipeline)
        source = f"{SOURCE}:{form.form}:"
        return given or lead_index.poll_from(
            source, known, context.read_at, since=configured, begun=_midnight(pipeline.since, pipeline)
        )

    def receive(self, body: str, signature: str) -> Outcome:
        """Open a lead for one response as the form's webhook delivered it. One that is not signed costs no request.

        Raises InputError if it is not signed with our secret, is not a response, or is one of another form.
        """
        if not self.secret:
            raise InputError("A response was relayed, but the input `typeform-secret` is empty.", SIGNED_WITH)
        if not is_signed(body.encode("utf-8", "surrogatepass"), signature, self.secret):
            what = "The relayed response is not signed with the secret in `typeform-secret`; it was not imported."
            raise InputError(what, SIGNED_WITH)
        delivered = read_delivery(body.encode("utf-8", "surrogatepass"))
        if delivered is None:
            return Outcome(notes=("The relayed response is not submitted yet, so it was left alone.",))
        form, received = delivered
        outcome, pipeline = self.opener.read()
        if pipeline is None:
            return outcome
        if pipeline.typeform is None or pipeline.typeform.form != form:
            raise InputError(
                f"The relayed response is of the form {form}, which is not the configured one.", "See `typeform.form`"
            )
        outcome = outcome.then(self.opener.finish_earlier())
        self.opener.read_back([received])
        fresh = lead_index.fresh([received], self.opener.other_issues)
        return outcome.then(self.opener.open_all([sort_in(each, pipeline.typeform.map, pipeline) for each in fresh]))

    def keep_deleted(self, gone: IssueSummary) -> Outcome:
        """Keep a response from being imported again after its issue was deleted: an empty issue holds its key."""
        mark = lead.mark_of(gone)
        if mark is None or mark.gone or mark.source != SOURCE:
            return Outcome(
                notes=(f"Issue {gone.number} was deleted; it did not come from a form, so there is nothing to do.",)
            )
        outcome, pipeline = self.opener.read()
        if pipeline is None:
            return outcome
        return outcome.then(self.opener.finish_earlier()).then(self.opener.keep_deleted(gone.number, mark))


def _midnight(day: date | None, pipeline: Pipeline) -> datetime | None:
    return datetime.combine(day, time.min, pipeline.timezone) if day is not None else None
