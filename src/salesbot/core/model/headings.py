"""The headings of the sections of a description, each written once."""

from __future__ import annotations

COMPANY = "Company"
CONTACT = "Contact"
EMAIL = "Email"
PHONE = "Phone"
SOURCE = "Source"
SERVICE = "Service"
BUDGET = "Budget"
VALUE = "Value"
PROBABILITY = "Probability"
EXPECTED_CLOSE = "Expected close"
NEXT_STEP = "Next step"
REASON = "Reason"
REVISIT_ON = "Revisit on"
STREAK = "Streak"
BRIEF = "Brief"
OTHER_ANSWERS = "Other answers"
SNOOZED_UNTIL = "Snoozed until"
EARLIER_EXPECTED_CLOSES = "Earlier expected closes"

BUILT_IN_FIELDS = (
    COMPANY, CONTACT, EMAIL, PHONE, SOURCE, SERVICE, BUDGET, VALUE, PROBABILITY, EXPECTED_CLOSE, NEXT_STEP, REASON,
    REVISIT_ON, STREAK,
)  # fmt: skip
"""Headings of the sections every deal may have, in the order they are written."""
LEAD_FIELDS = (BRIEF, OTHER_ANSWERS)
"""Headings of sections that a lead brings along: what it is about, and what answered no other question of ours."""
KEPT_FIELDS = (SNOOZED_UNTIL, EARLIER_EXPECTED_CLOSES)
"""Headings of sections in which salesbot keeps what a command set; people may read them."""
TRUSTED_FIELDS = (VALUE, PROBABILITY, EXPECTED_CLOSE, NEXT_STEP, SNOOZED_UNTIL, REVISIT_ON)
"""Headings of sections that count, remind or move a deal: believed only from people with the role write."""
ONE_LINE_FIELDS = (VALUE, PROBABILITY, EXPECTED_CLOSE, NEXT_STEP, REVISIT_ON, *KEPT_FIELDS)
