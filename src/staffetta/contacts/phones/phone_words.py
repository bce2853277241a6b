"""The words for every reason why a text is no number we can write to."""

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from staffetta.contacts.phones.phone import NotAPhone, shown_phone

PHONE_REASONS: dict[str, Promise] = {
    "missing_phone": gettext_lazy("The number is missing"),
    "invalid_phone": gettext_lazy("Invalid number: it needs + and the country code, and must exist there"),
    "phone_too_long": gettext_lazy("Invalid number: too many digits for its country"),
    "phone_too_short": gettext_lazy("Invalid number: too few digits for its country"),
    "phone_unknown_country": gettext_lazy("Invalid number: no country has this country code"),
    "phone_toll_free": gettext_lazy("A toll-free number: a company answers, nobody can be written to there"),
    "phone_premium": gettext_lazy("A premium-rate number: nobody can be written to there"),
    "phone_shared_cost": gettext_lazy("A shared-cost number: nobody can be written to there"),
    "phone_pager": gettext_lazy("A pager: nobody can be written to there"),
    "phone_company": gettext_lazy("A company's universal number: nobody can be written to there"),
    "phone_voicemail": gettext_lazy("A voicemail box: nobody can be written to there"),
    "phone_two_numbers": gettext_lazy("Two numbers in one cell: leave the right one"),
    "phone_ambiguous": gettext_lazy("This can be two numbers: write the right one with + and the country code"),
    "phone_plus_missing": gettext_lazy(
        "Without + this is no number of the chosen country: write the + if it belongs there, or correct the number"
    ),
    "phone_with_text": gettext_lazy("Invalid number: there is more in the cell, leave the number alone"),
    "phone_rounded": gettext_lazy(
        "Invalid number: a spreadsheet has rounded it. Format the column as text and enter it again"
    ),
}


def phone_text(wrong: NotAPhone) -> str:
    """Say why a text is no number we can write to, with the numbers it may mean."""
    return with_readings(str(PHONE_REASONS[wrong.code]), wrong.readings)


def with_readings(text: str, readings: Iterable[str]) -> str:
    """Return a reason with the numbers that may be meant, if there are any."""
    numbers = " · ".join(map(shown_phone, readings))
    return _("%(reason)s (%(numbers)s)") % {"reason": text, "numbers": numbers} if numbers else text
