"""The box of the API Key, and the typed confirmations."""

from django import forms
from django.utils.translation import gettext_lazy as _

from staffetta.channels.calls.pace import FASTEST, LARGEST_BURST, SLOWEST
from staffetta.channels.models import PLATFORM_CHOICES
from staffetta.channels.wording import ON_OLDER_READINGS, WITHOUT_CONVERSATIONS
from staffetta.connectors.messages import Platform

KEY_ATTRIBUTES = {
    "autocomplete": "off",
    "autocapitalize": "none",
    "autocorrect": "off",
    "spellcheck": "false",
    "class": "masked",
    "data-1p-ignore": "",
    "data-bwignore": "",
    "data-lpignore": "true",
    "aria-describedby": "connect-result",
}


class SecretInput(forms.TextInput):
    """A field that never comes back filled, masked by style.

    It is no password field: a browser would fill the login password in, which would then go to the provider.
    """

    def format_value(self, _value: object) -> None:
        return None


class KeyForm(forms.Form):
    """The masked field of an API Key. What was typed is in no page, and is stored nowhere but encrypted."""

    api_key = forms.CharField(
        label=_("API Key"),
        max_length=2000,
        required=False,  # an empty one has its own words
        strip=False,
        widget=SecretInput(attrs=KEY_ATTRIBUTES),
    )
    chosen = forms.CharField(required=False, max_length=64)
    replace = forms.BooleanField(required=False)
    sure = forms.BooleanField(required=False)


class ConfirmForm(forms.Form):
    """A word that must be typed before something is done that cannot be undone."""

    typed = forms.CharField(label=_("Confirmation"), required=False, max_length=200)

    def __init__(self, *args: object, wanted: str, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # handed through as they came
        self.wanted = wanted
        self.fields["typed"].widget.attrs.update({"autocomplete": "off", "spellcheck": "false"})

    def clean_typed(self) -> str:
        typed: str = self.cleaned_data["typed"].strip()
        if typed.casefold() != self.wanted.casefold():
            raise forms.ValidationError(_("Type exactly: %(word)s"), params={"word": self.wanted})
        return typed


class PlatformForm(forms.Form):
    """The messaging platform, where the provider does not tell it."""

    platform = forms.ChoiceField(
        label=_("Messaging platform"),
        choices=[choice for choice in PLATFORM_CHOICES if choice[0] != Platform.UNKNOWN],
    )


class PaceForm(forms.Form):
    """The pace of a channel; an empty field follows the installation."""

    pace = forms.FloatField(
        label=_("Messages a second"),
        required=False,
        localize=True,
        min_value=SLOWEST,
        max_value=FASTEST,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        help_text=_("From 0.1 to 1,000. Empty: as everywhere."),
    )
    burst = forms.IntegerField(
        label=_("At once, after a rest"),
        required=False,
        localize=True,
        min_value=1,
        max_value=LARGEST_BURST,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=_("From 1 to 1,000. Empty: a tenth of a second’s."),
    )


class SourcesForm(forms.Form):
    """What an administrator allows where opt-outs cannot be known as they should; each says its consequence."""

    stopped_alone = forms.BooleanField(
        label=_("Start also when the conversations cannot be read at all"),
        required=False,
        help_text=WITHOUT_CONVERSATIONS,
    )
    older = forms.BooleanField(
        label=_("Start also on an older reading of the customers"),
        required=False,
        help_text=ON_OLDER_READINGS,
    )
