"""The forms of our own fields."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from staffetta.contacts.models import ContactField
from staffetta.contacts.wording import FIELD_TYPES
from staffetta.text import folded, title
from staffetta.ui.text_fields import NameField

CHOICE_TYPES = ("choice", "choices")
CHOICE_LIMIT = 500


class FieldForm(forms.ModelForm[ContactField]):
    """A field of the contacts, new or known. A known one changes its type on the page that shows what that does."""

    type = forms.ChoiceField(label=gettext_lazy("Type"), choices=lambda: list(FIELD_TYPES.items()), required=False)
    choices_text = forms.CharField(
        label=gettext_lazy("Choices"),
        required=False,
        max_length=20_000,
        help_text=gettext_lazy("One on each line; only for single and multiple choice."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    class Meta:
        model = ContactField
        fields = ["label", "label_en", "type", "help", "required"]
        field_classes: ClassVar = dict.fromkeys(("label", "label_en", "help"), NameField)
        labels = {
            "label": gettext_lazy("Name"),
            "label_en": gettext_lazy("Name in English"),
            "help": gettext_lazy("Help"),
            "required": gettext_lazy("Must be filled"),
        }
        help_texts = {
            "label_en": gettext_lazy("Shown to those who use Staffetta in English; empty: the name above."),
            "help": gettext_lazy("A sentence beside the field, for whoever fills it in."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("choices_text", "\n".join(self.instance.choices))

    def clean_label(self) -> str:
        label = str(self.cleaned_data["label"])
        others = ContactField.objects.exclude(pk=self.instance.pk).values_list("label", flat=True)
        if folded(label) in map(folded, others):
            raise forms.ValidationError(_("There is a field with this name already."))
        return label

    def clean_type(self) -> str:
        return str(self.cleaned_data["type"] or "text")

    def clean_choices_text(self) -> list[str]:
        lines = [title(line) for line in str(self.cleaned_data["choices_text"]).splitlines()]
        found: dict[str, str] = {}
        for line in filter(None, lines):
            found.setdefault(folded(line), line)
        choices = list(found.values())
        if len(choices) > CHOICE_LIMIT or any(len(choice) > 200 for choice in choices):
            raise forms.ValidationError(_("At most 500 choices, of at most 200 characters each."))
        if any(sign in choice for choice in choices for sign in ",;|"):
            raise forms.ValidationError(_("A choice holds no comma, semicolon or vertical bar."))
        return choices

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("type") not in CHOICE_TYPES:
            data["choices_text"] = []
        elif not data.get("choices_text") and "choices_text" not in self.errors:
            self.add_error("choices_text", _("Write at least one choice."))
        return data

    @property
    def changes_type(self) -> bool:
        """Say whether the values there are must be read again, by another type or other choices."""
        data = self.cleaned_data
        lost = set(self.initial["choices_text"].splitlines()) - set(data["choices_text"])
        return bool(data["type"] != self.initial["type"] or lost)
