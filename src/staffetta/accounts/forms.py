"""What people fill in about themselves and each other."""

from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from staffetta.accounts.models import AccessToken, Role, User
from staffetta.accounts.passwords import LONGEST, too_long
from staffetta.ui.text_fields import IdentityField, NameField


def languages() -> list[tuple[str, str]]:
    """Return (code, name in that language): who does not read this page's language must find theirs."""
    return [(code, get_language_info(code)["name_local"].capitalize()) for code, _name in settings.LANGUAGES]


class Password(forms.CharField):
    """A password as it is typed: bounded, and never cut off by the browser without a word."""

    def __init__(self, label: Any, autocomplete: str, **more: Any) -> None:
        widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
        super().__init__(label=label, strip=False, widget=widget, **more)

    def run_validators(self, value: str) -> None:
        if len(value) > LONGEST:  # before anything else looks at it: comparing it with a name takes long
            raise ValidationError(too_long())
        super().run_validators(value)


def new_password(label: Any) -> Password:
    return Password(label, "new-password", help_text=_("At least 10 characters."))


def export_right() -> forms.BooleanField:
    means = _("Takes people and their numbers away in files. Each export stands in the audit log.")
    return forms.BooleanField(label=_("May export"), required=False, help_text=means)


class ChecksPassword(forms.Form):
    """A form with a new password under `password`, judged against the person it is for."""

    person: User | None = None

    def subject(self) -> User:
        return self.person or User(
            username=self.cleaned_data.get("username", ""), email=self.cleaned_data.get("email", "")
        )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if password := values.get("password"):
            try:
                password_validation.validate_password(password, self.subject())
            except ValidationError as problem:
                self.add_error("password", problem)
        return values


class Named(forms.Form):
    """A form that names a new person."""

    username = IdentityField(
        label=_("User name"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )

    def clean_username(self) -> str:
        name: str = self.cleaned_data["username"]
        if User.objects.taken(name):
            raise ValidationError(_("There is a user with this name already."))
        return name


class LoginForm(forms.Form):
    username = IdentityField(
        label=_("User name"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "autofocus": True}),
    )
    password = Password(_("Password"), "current-password")


class SetupForm(Named, ChecksPassword):
    email = forms.EmailField(
        label=_("E-mail"), required=False, help_text=_("We write to it when something needs your attention.")
    )
    password = new_password(_("Password"))
    language = forms.ChoiceField(label=_("Language"), choices=languages)
    field_order = ("username", "email", "password", "language")


class ProfileForm(forms.Form):
    full_name = NameField(label=_("First and last name"), max_length=150, required=False)
    email = forms.EmailField(label=_("E-mail"), required=False)
    language = forms.ChoiceField(label=_("Language"), choices=languages)


class PasswordForm(ChecksPassword):
    old = Password(_("Current password"), "current-password")
    password = new_password(_("New password"))

    def __init__(self, person: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person


class NewUserForm(Named, ChecksPassword):
    full_name = NameField(label=_("First and last name"), max_length=150, required=False)
    email = forms.EmailField(label=_("E-mail"), required=False)
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.OPERATOR, widget=forms.RadioSelect)
    language = forms.ChoiceField(label=_("Language"), choices=languages)
    may_export = export_right()
    password = new_password(_("Initial password"))
    field_order = ("username", "full_name", "email", "role", "may_export", "language", "password")


class UserForm(ProfileForm):
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, widget=forms.RadioSelect)
    may_export = export_right()
    field_order = ("full_name", "email", "role", "may_export", "language")


class ConfirmPasswordForm(forms.Form):
    password = Password(_("Your password"), "current-password")


class GivenPasswordForm(ChecksPassword):
    password = new_password(_("New password"))

    def __init__(self, person: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person


AGAIN = _("May opt people in again")
AGAIN_MEANS = _(
    "Its calls may bring back somebody who opted out, with a new consent. Leave it off unless the software "
    "asks people anew and keeps the proof."
)


LIFETIMES = [("365", _("a year")), ("90", _("three months")), ("30", _("a month")), ("", _("without end"))]


class TokenForm(forms.ModelForm[AccessToken]):
    days = forms.TypedChoiceField(
        label=_("Valid for"), choices=LIFETIMES, initial="365", coerce=int, empty_value=None, required=False
    )
    only_messages = forms.CharField(
        label=_("Only for these transactional messages"),
        required=False,
        max_length=1000,
        help_text=_("Their names, separated by commas. Empty: all."),
    )

    def clean_only_messages(self) -> list[str]:
        return [name for part in self.cleaned_data["only_messages"].split(",") if (name := part.strip())]

    class Meta:
        model = AccessToken
        fields = ("name", "may_opt_in_again")
        field_classes: ClassVar = {"name": NameField}
        labels = {"name": _("Name of the token"), "may_opt_in_again": AGAIN}
        help_texts = {
            "name": _("The software that will use it, for example “shop” or “CRM”."),
            "may_opt_in_again": AGAIN_MEANS,
        }


class TokenRightForm(forms.ModelForm[AccessToken]):
    class Meta:
        model = AccessToken
        fields = ("may_opt_in_again",)
        labels = {"may_opt_in_again": AGAIN}
        help_texts = {"may_opt_in_again": AGAIN_MEANS}
