"""The vocabulary of audience rules: what a condition may be about, and which operators each kind of value has. Pure.

An operator's `wants` says which values it takes: nothing, one ("value"), two ("value" and "to"), several ("values"), or
a number of days ("days", in "value").
"""

from dataclasses import dataclass
from enum import StrEnum


class About(StrEnum):
    """What a condition looks at."""

    FIELD = "field"
    CREATED = "created"  # when the contact was made here
    CONSENT = "consent"
    LIST = "list"
    IMPORT = "import"
    CHANNEL = "channel"
    SENT = "sent"  # the last message sent
    REPLY = "reply"  # the last message the person wrote


class Wants(StrEnum):
    """Which values an operator takes."""

    NOTHING = "nothing"
    ONE = "one"
    TWO = "two"
    SEVERAL = "several"
    DAYS = "days"


@dataclass(frozen=True, slots=True)
class Operator:
    """One way to compare."""

    name: str
    wants: Wants = Wants.ONE


TEXTS = tuple(Operator(name) for name in ("is", "is_not", "contains", "contains_not", "starts_with"))
EMPTY = (Operator("empty", Wants.NOTHING), Operator("filled", Wants.NOTHING))
NUMBERS = (*(Operator(name) for name in ("equals", "less", "more")), Operator("between", Wants.TWO))
DAYS = (
    *(Operator(name) for name in ("on", "before", "after")),
    Operator("between", Wants.TWO),
    *(Operator(name, Wants.DAYS) for name in ("last_days", "before_days", "next_days")),
)
BIRTHDAYS = tuple(Operator(name, Wants.NOTHING) for name in ("birthday_today", "birthday_month"))
YES_NO = (Operator("yes", Wants.NOTHING), Operator("no", Wants.NOTHING))
CHOICES = (Operator("any_of", Wants.SEVERAL), Operator("none_of", Wants.SEVERAL))
MEMBER = (Operator("in"), Operator("not_in"))
LAST = (
    Operator("last_days", Wants.DAYS),
    Operator("before_days", Wants.DAYS),
    Operator("never", Wants.NOTHING),
)

OF_TYPE: dict[str, tuple[Operator, ...]] = {
    "text": TEXTS + EMPTY,
    "url": TEXTS + EMPTY,
    "phone": TEXTS + EMPTY,
    "number": NUMBERS + EMPTY,
    "integer": NUMBERS + EMPTY,
    "boolean": YES_NO + EMPTY,
    "date": DAYS + BIRTHDAYS + EMPTY,
    "datetime": DAYS + EMPTY,
    "choice": CHOICES + EMPTY,
    "choices": CHOICES + EMPTY,
}
"""The operators of a field, by its type."""

OF_ABOUT: dict[About, tuple[Operator, ...]] = {
    About.CREATED: DAYS,
    About.CONSENT: tuple(Operator(name, Wants.NOTHING) for name in ("yes", "no", "unset")),
    About.LIST: MEMBER,
    About.IMPORT: MEMBER,
    About.CHANNEL: tuple(Operator(name) for name in ("written", "not_written", "customer", "not_customer")),
    About.SENT: LAST,
    About.REPLY: LAST,
}
"""The operators of everything that is no field."""


def operators(about: About, type: str = "") -> tuple[Operator, ...]:  # noqa: A002  (the word of the field)
    """Return the operators a condition may have; `type` is the field's, for a field."""
    return OF_TYPE.get(type, ()) if about == About.FIELD else OF_ABOUT[about]


def operator(about: About, type: str, name: object) -> Operator | None:  # noqa: A002  (the word of the field)
    """Return one operator by its name, None where this kind of value has none of that name."""
    return next((found for found in operators(about, type) if found.name == name), None)
