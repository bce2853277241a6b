"""The form of the Blacklist: addresses typed or in a file, why, and for how long."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from staffetta.connectors.messages import Platform
from staffetta.contacts.consents.keep_out import Sorted, sort_lines

FILE_BYTES = 5_000_000


class SuppressionForm(forms.Form):
    """Addresses that get nothing any more."""

    platform = forms.ChoiceField(
        label=gettext_lazy("What is kept out"),
        choices=[
            (Platform.WHATSAPP.value, gettext_lazy("Phone numbers (WhatsApp)")),
            (Platform.TELEGRAM.value, "TELEGRAMID"),
        ],
        initial=Platform.WHATSAPP.value,
        widget=forms.RadioSelect,
    )
    addresses = forms.CharField(
        label=gettext_lazy("Numbers"),
        required=False,
        max_length=200_000,
        help_text=gettext_lazy("One on each line, with + and the country code."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    file = forms.FileField(
        label=gettext_lazy("Or a file"),
        required=False,
        help_text=gettext_lazy("A text or CSV file whose first column holds the numbers, up to 5 MB."),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv,text/plain"}),
    )
    note = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        help_text=gettext_lazy("For example: asked by telephone on 12 March."),
    )
    days = forms.IntegerField(
        label=gettext_lazy("For how many days"),
        required=False,
        min_value=1,
        max_value=3650,
        help_text=gettext_lazy("With days it is a greylist, which ends by itself. Empty: for ever."),
    )

    def clean_file(self) -> list[str]:
        file = self.cleaned_data["file"]
        if not file:
            return []
        if file.size > FILE_BYTES:
            raise forms.ValidationError(_("The file is larger than 5 MB."))
        content: bytes = file.read()
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("cp1252", errors="replace")
        return [line.replace(";", ",").replace("\t", ",").split(",")[0] for line in text.splitlines()]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        told = not self.errors and data["addresses"].split() + data["file"]
        if not self.errors and not told:
            self.add_error("addresses", _("Write at least one number, or choose a file."))
        return data

    def sorted(self) -> Sorted:
        """Return what was given, told apart."""
        data = self.cleaned_data
        typed = sort_lines(data["platform"], data["addresses"].splitlines())
        filed = sort_lines(data["platform"], data["file"])
        return Sorted(list(dict.fromkeys(typed.addresses + filed.addresses)), typed.wrong + filed.wrong)
