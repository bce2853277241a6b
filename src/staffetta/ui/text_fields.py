"""Fields of forms for what has one visible form: names of things, and what someone is known by."""

from typing import Any

from django import forms

from staffetta.text import identity, title
from staffetta.text import value as person_value


class NameField(forms.CharField):
    """The name of a thing: no hidden signs, single blanks. One without a visible sign is empty."""

    def to_python(self, value: Any) -> str:
        return title(str(super().to_python(value)))


class ValueField(forms.CharField):
    """What is known of a person: no hidden signs."""

    def to_python(self, value: Any) -> str:
        return person_value(str(super().to_python(value)))


class IdentityField(forms.CharField):
    """What someone is known by: no format sign at all, plain hyphens."""

    def to_python(self, value: Any) -> str:
        return identity(str(super().to_python(value)))
