"""Say what is wrong with a body in our own words: pydantic's are English and name Python types."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from staffetta.api.problems import Fault, Text

TEXT_OR_NUMBER = _("A text or a number is wanted.")
WORDS: Mapping[str, Text] = {
    "missing": _("This member is missing."),
    "extra_forbidden": _("Nobody knows this member."),
    "string_type": _("A text is wanted."),
    "string_too_short": _("The text may not be empty."),
    "string_too_long": _("The text is too long."),
    "int_type": TEXT_OR_NUMBER,
    "float_type": TEXT_OR_NUMBER,
    "dict_type": _("An object is wanted."),
    "model_type": _("An object is wanted."),
    "model_attributes_type": _("An object is wanted."),
    "uuid_parsing": _("This is not an id."),
}
OTHER = _("This is not what the API wants here.")
BODY = ("body", "payload")
BRANCHES = frozenset({"str", "int", "float", "RecipientIn"})
"""Names pydantic puts into the path for the alternatives of a union."""


def faults_of(errors: Iterable[Mapping[str, Any]]) -> list[Fault]:
    """Return one fault a place, in the order told."""
    found: dict[str, Fault] = {}
    for error in errors:
        pointer, code = _pointer(error.get("loc", ())), str(error.get("type", ""))
        found.setdefault(pointer, Fault(pointer, WORDS.get(code, OTHER), code or "invalid"))
    return list(found.values())


def _pointer(place: Iterable[Any]) -> str:
    parts = [str(part) for part in place]
    while parts and parts[0] in BODY:
        parts.pop(0)
    named = [part for part in parts if part not in BRANCHES and not part.startswith(("function-", "constrained-"))]
    names = [part.replace("~", "~0").replace("/", "~1") for part in named]
    return "#/" + "/".join(names) if names else "#"
