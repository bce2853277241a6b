"""Fields and their values as people read them on pages. What is exported, edited or sent stays as types.py shows it."""

from datetime import date, datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from staffetta.contacts.fields.types import show
from staffetta.contacts.fields.values import SYSTEM_FIELDS
from staffetta.contacts.models import ContactField


class Fields:
    """The names of all fields, system and own ones, and how their values read; one query."""

    def __init__(self) -> None:
        self.own = {own.name: own for own in ContactField.objects.all()}

    def name(self, name: str) -> str:
        """Return a field's label; the bare name of one that is gone."""
        return str(SYSTEM_FIELDS.get(name) or self.own.get(name) or name)

    def show(self, name: str, value: object) -> str:
        """Return a value in words; "" for none."""
        return in_words(self.own[name].type if name in self.own else "", value)


def in_words(type: str, value: object) -> str:  # noqa: A002  (the word of the field)
    """Return a value as people read it: yes and no in words, days and moments as their language writes them."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    text = show(type, value)
    try:
        if type == "date":
            return date_format(date.fromisoformat(text), pgettext("format of a day", "j F Y"))
        if type == "datetime":
            local = timezone.localtime(datetime.fromisoformat(text))
            return date_format(local, pgettext("format of a moment", "j F Y, H:i"))
    except ValueError:  # nothing, or from a time when the field had another type
        return text
    return text
