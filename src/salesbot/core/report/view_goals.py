"""What the report shows of won money and of goals, the team's and people's."""

from __future__ import annotations

from salesbot.core.report import formatting
from salesbot.core.report.goals import PersonalGoals, Won
from salesbot.core.report.open_money import Headline
from salesbot.core.report.scope import Scope
from salesbot.core.report.view_rows import Values, cut


def won_values(won: Won, scope: Scope) -> Values:
    """Show what was won in a span, and what its goal still needs."""
    return {
        "span": won.span,
        "count": f"{won.total.count:,}",
        "value": formatting.total(won.total, scope),
        "goal": formatting.money(won.goal, scope) if won.goal else "",
        "share": min(1.0, won.reached) if won.reached is not None else 0,
        "reached": f"{won.reached:,.0%}".replace("%", " %") if won.reached is not None else "",
        "needed": formatting.money(won.needed, scope) if won.needed else "",
        "coverage": formatting.coverage(won.coverage, won.weighted_coverage),
    }


def goal_values(headline: Headline, scope: Scope) -> Values:
    """Show whether anybody has a goal, the goals of people, and who of them is not in the repository."""
    return {
        "any": any(won.goal for won in headline.won),
        "people": cut([(each, won) for each in headline.people for won in each.won], lambda each: _row(*each, scope)),
        "absent": [each.login for each in headline.people if each.absent],
    }


def _row(person: PersonalGoals, won: Won, scope: Scope) -> Values:
    return {"person": person.login, **won_values(won, scope)}
