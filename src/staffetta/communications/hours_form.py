"""The send window as a form asks for it: two times of day, both or neither, and days of the week."""

from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from staffetta.communications.days import WEEK, Days, NotHours
from staffetta.communications.hours import Window, checked, parts, quiet_hours, written
from staffetta.communications.wording import hours_text


class HoursForm(forms.Form):
    """From and to, in the time of each person; on a page of its own, and part of other forms."""

    opens = forms.TimeField(
        label=_("Send from"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    closes = forms.TimeField(
        label=_("Send until"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )

    days = forms.TypedMultipleChoiceField(
        label=_("Only on"),
        required=False,
        coerce=int,
        choices=[(day, WEEKDAYS[day - 1]) for day in WEEK],
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
    )

    @property
    def quiet(self) -> Window | None:
        """The installation's quiet hours."""
        return quiet_hours()

    @property
    def hours(self) -> str:
        """What was chosen, as a communication keeps it; only after `is_valid()`."""
        opens, closes = self.cleaned_data["opens"], self.cleaned_data["closes"]
        window = Window.of(opens, closes) if opens and closes else None
        return written(window, Days.of(self.cleaned_data["days"]))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        opens, closes = cleaned.get("opens"), cleaned.get("closes")
        if "opens" in self.errors or "closes" in self.errors:
            return cleaned
        if bool(opens) != bool(closes):
            missing = "closes" if opens else "opens"
            self.add_error(missing, forms.ValidationError(_("Write both times, or leave both empty."), code="one"))
        elif opens and closes:
            try:
                checked(Window.of(opens, closes))
            except NotHours as error:
                self.add_error("closes", forms.ValidationError(str(hours_text(error.code)), code=error.code))
        return cleaned


def hours_initial(hours: str) -> dict[str, Any]:
    """Return what the form shows for a communication's `hours`."""
    window, days = parts(hours)
    times = {"opens": window.opens, "closes": window.closes} if window else {}
    return {**times, "days": sorted(days.days)} if days else times
