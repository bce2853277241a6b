"""Password rules: their words Django 6.1 no longer has in Italian, and it knows no longest one."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.password_validation import MinimumLengthValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

LONGEST = 500
"""Characters, at every door: what can be set can also be typed at the login."""


class LongEnough(MinimumLengthValidator):
    """Refuses what is shorter than `min_length` characters."""

    def get_error_message(self) -> str:
        return ngettext(
            "This password is too short: it needs at least %(count)d character.",
            "This password is too short: it needs at least %(count)d characters.",
            self.min_length,
        ) % {"count": self.min_length}


class ShortEnough:
    """Refuses what the login would not take."""

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        del user
        if len(password) > LONGEST:
            raise ValidationError(too_long())

    def get_help_text(self) -> str:
        return too_long()


def too_long() -> str:
    return _("A password has at most %(count)d characters.") % {"count": LONGEST}
