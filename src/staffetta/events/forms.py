"""The test number of a channel."""

from django import forms
from django.utils.translation import gettext_lazy as _


class TestNumberForm(forms.Form):
    """Checked by prove_stop.set_number; an empty one removes it."""

    number = forms.CharField(
        label=_("Test number"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off", "placeholder": "+39 333 1234567"}),
        help_text=_("A phone of your own, with + and the country code. Empty: no check."),
    )
