"""The certificate of an erasure as a file: for people as text, for programs as JSON. It names nobody."""

import json
from collections.abc import Mapping

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from staffetta.contacts.record_models import Erasure
from staffetta.contacts.wording import erasure_trace


def parts(done: Erasure) -> list[tuple[str, list[tuple[str, int]]]]:
    """Return what was deleted, emptied and kept, in words."""
    return [(heading, _lines(told)) for heading, told in _headed(done) if told]


def as_text(done: Erasure) -> str:
    """Return the certificate to be read and filed."""
    facts = [
        (_("Number"), str(done.public_id)),
        (_("Date"), date_format(localtime(done.at), "DATETIME_FORMAT")),
        (_("Erased by"), done.by_name or "Staffetta"),
        (_("Contact"), f"#{done.contact_number} {', '.join(done.masked)}".strip()),
        (_("Reason"), done.reason or "–"),
    ]
    lines = [_("Certificate of erasure"), "", *(f"{name}: {value}" for name, value in facts)]
    for heading, told in parts(done):
        lines += ["", heading, *(f"  {number:>8}  {what}" for what, number in told)]
    return "\r\n".join([*lines, ""])


def as_json(done: Erasure) -> str:
    """Return the certificate for programs."""
    return json.dumps(described(done), ensure_ascii=False, indent=2)


def described(done: Erasure) -> dict[str, object]:
    """Return the certificate as plain values; what was done is told by stable codes."""
    return {
        "certificate": str(done.public_id),
        "at": done.at.isoformat(),
        "by": done.by_name or "Staffetta",
        "contact": done.contact_number,
        "addresses": done.masked,
        "reason": done.reason,
        "deleted": done.deleted,
        "emptied": done.emptied,
        "kept": done.kept,
    }


def _headed(done: Erasure) -> list[tuple[str, Mapping[str, int]]]:
    return [
        (_("Deleted"), done.deleted),
        (_("Kept without name, address and values"), done.emptied),
        (_("Kept, naming nobody"), done.kept),
    ]


def _lines(told: Mapping[str, int]) -> list[tuple[str, int]]:
    return [(erasure_trace(code), number) for code, number in told.items()]
