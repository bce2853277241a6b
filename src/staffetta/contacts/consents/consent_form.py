"""The form of the explicit step: a person states that certain people have agreed."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from staffetta.contacts.models import Purpose


class ConsentForm(forms.Form):
    """The explicit step: all of it is kept as evidence; the number of people must be typed."""

    purpose = forms.ChoiceField(label=gettext_lazy("Purpose"), choices=Purpose.choices)
    source = forms.CharField(
        label=gettext_lazy("Where these people agreed"),
        max_length=300,
        help_text=gettext_lazy("For example: form on the website, card in the shop"),
    )
    wording = forms.CharField(
        label=gettext_lazy("The words they agreed to"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    given_on = forms.DateField(
        label=gettext_lazy("Date"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    typed = forms.CharField(label=gettext_lazy("Confirmation"), max_length=20)

    def __init__(self, data: Mapping[str, Any] | None, people: int) -> None:
        super().__init__(data)
        self.people = people
        self.fields["typed"].help_text = _("Type the number of people: %(number)s") % {"number": people}
        self.fields["typed"].widget.attrs.update({"autocomplete": "off", "inputmode": "numeric"})

    def clean_typed(self) -> str:
        typed: str = self.cleaned_data["typed"].strip()
        if typed.replace(".", "").replace(",", "") != str(self.people):
            raise forms.ValidationError(_("Type exactly: %(word)s"), params={"word": str(self.people)})
        return typed
