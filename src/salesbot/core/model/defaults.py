"""The default pipeline: what a repository without a configuration of its own has."""

from __future__ import annotations

from salesbot.core.model.pipeline import Pipeline, Stage


def _default_stages() -> tuple[Stage, ...]:
    ends = ("revisit", "rejected", "lost")
    return (
        Stage(
            name="prospect",
            label="stage:prospect",
            description="A contact who may have a project for us, referred or come by itself",
            color="c5def5",
            probability=5,
            idle_days=30,
            next=("lead", "qualified", *ends),
            command="prospect",
        ),
        Stage(
            name="lead",
            label="stage:lead",
            description="There is a project opportunity; most deals start here",
            color="1d76db",
            probability=10,
            idle_days=7,
            next=("prospect", "qualified", "negotiating", *ends),
            checklist="qualification",
            command="lead",
        ),
        Stage(
            name="qualified",
            label="stage:qualified",
            description="A fit; we collect what the estimate needs",
            color="0e8a16",
            probability=30,
            idle_days=10,
            next=("lead", "negotiating", "won", *ends),
            requires=("checklist:qualification",),
            checklist="estimate",
            command="qualify",
        ),
        Stage(
            name="negotiating",
            label="stage:negotiating",
            description="The client has the estimate; price, scope, timeline",
            color="fbca04",
            probability=60,
            idle_days=14,
            next=("lead", "qualified", "won", *ends),
            requires=("checklist:estimate", "value"),
            command="negotiate",
        ),
        Stage(
            name="won",
            label="stage:won",
            description="We agreed",
            color="5319e7",
            probability=100,
            requires=("value",),
            checklist="handover",
            command="won",
            outcome="won",
        ),
        Stage(
            name="lost",
            label="stage:lost",
            description="The client declined our terms",
            color="b60205",
            requires=("reason",),
            command="lost",
            outcome="lost",
        ),
        Stage(
            name="rejected",
            label="stage:rejected",
            description="We declined: not a fit",
            color="6a737d",
            requires=("reason",),
            command="reject",
            outcome="rejected",
        ),
        Stage(
            name="revisit",
            label="stage:revisit",
            description="Delayed; comes back by itself on its date",
            color="d4c5f9",
            next=("prospect", "lead", "qualified", "negotiating", "rejected", "lost"),
            requires=("date",),
            command="revisit",
            paused=True,
        ),
    )


def default_pipeline() -> Pipeline:
    """Build the pipeline that runs without any configuration."""
    return Pipeline(
        stages=_default_stages(),
        lost_reasons=("price", "timing", "competitor", "scope", "no decision", "no answer"),
        reject_reasons=("too small", "no budget", "technology", "no capacity", "timeline", "conflict", "not serious"),
        sources=("referral", "existing client", "website", "partner", "event", "outbound"),
    )
