"""The form of a start at a set time: day, time, time zone."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from staffetta.communications.hours_form import HoursForm, hours_initial
from staffetta.communications.models import Communication
from staffetta.communications.schedule import NoSuchTime, moment


class ScheduleForm(HoursForm):
    """When a communication starts (`moment`, once the form is valid), and within which hours it may reach people."""

    moment: datetime
    day = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    time = forms.TimeField(label=_("Time"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    zone = forms.ChoiceField(label=_("Time zone"), help_text=_("In which that time is meant."))

    def __init__(self, *args: Any, communication: Communication, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zone = self.fields["zone"]
        assert isinstance(zone, forms.ChoiceField)
        zone.choices = [(name, name) for name in sorted(available_timezones())]
        self.initial.update(hours_initial(communication.hours))
        self.initial["zone"] = communication.start_zone or settings.TIME_ZONE
        if communication.start_at:
            local = communication.start_at.astimezone(ZoneInfo(self.initial["zone"]))
            self.initial["day"], self.initial["time"] = local.date(), local.time()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.errors:
            try:
                self.moment = moment(cleaned["day"], cleaned["time"], cleaned["zone"])
            except NoSuchTime:
                text = _("The clocks jump over that time on that day: choose another.")
                self.add_error("time", forms.ValidationError(text, code="no_such_time"))
        return cleaned
