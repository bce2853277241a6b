"""The form of an erasure: why, and a word that must be typed."""

from django import forms
from django.utils.translation import gettext_lazy

from staffetta.channels.connection.forms import ConfirmForm


class EraseForm(ConfirmForm):
    """Cannot be undone: the word is typed."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("It stands on the certificate: write no name. For example: request of 12 March."),
    )
