"""The forms of lists."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from staffetta.contacts.lists.list_names import NameChoiceField, twin_of
from staffetta.contacts.models import AudienceRules, ContactList
from staffetta.ui.text_fields import NameField


class ListForm(forms.Form):
    """A new list."""

    name = NameField(label=gettext_lazy("Name"), max_length=200)

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        if twin_of(ContactList, name):
            raise forms.ValidationError(_("There is a list with this name already."))
        return name


class AudienceForm(forms.Form):
    """The name of an audience by rules, new or known; the rules beside it have fields of their own."""

    name = NameField(label=gettext_lazy("Name"), max_length=200)

    def __init__(self, audience: AudienceRules | None, *args: Any, **kwargs: Any) -> None:
        self.audience = audience
        super().__init__(*args, **kwargs)

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        known = twin_of(AudienceRules, name)
        if known and known != self.audience:
            raise forms.ValidationError(_("There is an audience with this name already."))
        return name


class AddForm(forms.Form):
    """A list to put people into: a known one or a new one."""

    list = NameChoiceField(
        label=gettext_lazy("List"),
        queryset=ContactList.objects.all(),
        required=False,
        empty_label=gettext_lazy("A new list"),
    )
    new = NameField(label=gettext_lazy("Name of the new list"), max_length=200, required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not data.get("list") and not data.get("new", "").strip() and not self.errors:
            self.add_error("new", _("Choose a list, or write the name of a new one."))
        return data
