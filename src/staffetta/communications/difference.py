"""What has changed in a template since it was accepted, in words a person can compare. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Contract = Mapping[str, Any]
"""{"components", "variables", "category", "language"}, as `hold.remember` keeps it."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as it was; an empty side means "not there"."""

    what: str | Promise
    before: str
    after: str


PARTS: tuple[tuple[str, str | Promise], ...] = (
    ("header", _("Header")),
    ("body", _("Text")),
    ("footer", _("Footer")),
    ("buttons", _("Buttons")),
    ("variables", _("Variables")),
    ("category", _("Category")),
    ("language", _("Language")),
)


def differences(before: Contract, after: Contract) -> list[Difference]:
    """Return what differs, in the order of the message; empty when the contract is the same."""
    old, new = _parts(before), _parts(after)
    return [Difference(label, old[part], new[part]) for part, label in PARTS if old[part] != new[part]]


def _parts(contract: Contract) -> dict[str, str]:
    by_type = {str(c.get("type", "")).upper(): c for c in contract.get("components", [])}
    return {
        "header": _header(by_type.get("HEADER", {})),
        "body": str(by_type.get("BODY", {}).get("text", "")),
        "footer": str(by_type.get("FOOTER", {}).get("text", "")),
        "buttons": _buttons(by_type.get("BUTTONS", {}).get("buttons", [])),
        "variables": ", ".join(v["key"] for v in contract.get("variables", [])),
        "category": str(contract.get("category", "")),
        "language": str(contract.get("language", "")),
    }


def _header(component: Mapping[str, Any]) -> str:
    return str(component.get("text") or component.get("format") or "")


def _buttons(buttons: Sequence[Mapping[str, Any]]) -> str:
    return " · ".join(f"{b.get('text', '')} {b.get('url') or b.get('phone_number') or ''}".strip() for b in buttons)
