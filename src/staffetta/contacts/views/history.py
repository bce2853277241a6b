"""All that happened with a contact, newest first: messages, consents, changes with their source, lists.

The rows of a contact lie in several tables. A page takes its length from each of them, from behind the mark of the page
before, and keeps the newest: a fixed number of statements, whatever the contact's age.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from staffetta.accounts.access import EVERYBODY, allow
from staffetta.contacts.fields.value_words import Fields
from staffetta.contacts.models import Consent, Contact, ImportedContact, ListMember
from staffetta.contacts.record_models import ContactChange
from staffetta.contacts.wording import OUTCOMES, change_source, consent_source
from staffetta.deliveries.ledger.reasons import REASONS
from staffetta.deliveries.models import Delivery
from staffetta.sync.models import SyncRow
from staffetta.ui.restrictions import restricted

SIZE = 50
HIDDEN = frozenset({"phone_raw", "whatsapp_id", "search", "updated_at"})


@dataclass(frozen=True, slots=True)
class Change:
    """One field before and after; `after` is None where only the former value was kept."""

    label: str
    before: str
    after: str | None


@dataclass(slots=True)
class Line:
    """One thing that happened. `mark` says where it stands, to go on behind it."""

    at: datetime
    icon: str
    what: str
    detail: str = ""
    url: str = ""
    by: str = ""
    changes: list[Change] = field(default_factory=list)
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A table that tells of contacts: its rows, the column of their time, and how a row reads."""

    rows: Callable[[Contact], QuerySet[Any]]
    at: str
    read: Callable[[Any, "Labels"], Line]


class Labels(Fields):
    """Fields as lines name them."""

    def pairs(self, changes: Mapping[str, Any]) -> list[Change]:
        told = [(name, pair) for name, pair in changes.items() if name not in HIDDEN]
        return [Change(self.name(name), self.show(name, pair[0]), self.show(name, pair[1])) for name, pair in told]

    def former(self, before: Mapping[str, Any]) -> list[Change]:
        flat = {**{name: value for name, value in before.items() if name != "values"}, **before.get("values", {})}
        return [Change(self.name(name), self.show(name, was), None) for name, was in flat.items() if name not in HIDDEN]

    def name(self, name: str) -> str:
        if name == "opt_in":
            return _("Opt-in WhatsApp")
        if name == "former_number":
            return _("Former number")
        if name == "former_telegram_id":
            return _("Former TELEGRAMID")
        return super().name(name)


def _message(row: Delivery, _labels: Labels) -> Line:
    about = row.communication or row.transactional
    reason = REASONS.get(row.reason)
    line = Line(
        row.created_at,
        "send",
        _("%(kind)s: %(name)s") % {"kind": row.get_kind_display(), "name": about.name if about else row.template_name},
    )
    line.detail = " · ".join(filter(None, (str(row.get_state_display()), str(reason.what) if reason else "")))
    line.url = reverse("deliveries:show", args=[row.public_id])
    return line


def _consent(row: Consent, _labels: Labels) -> Line:
    platform = _("Opt-in WhatsApp") if row.platform == "whatsapp" else row.platform.capitalize()
    what = f"{platform} · {row.get_purpose_display()}: {row.get_value_display()}"
    return Line(row.at, "shield-check", what, f"{consent_source(row.source)} {row.wording}".strip(), by=row.by_name)


def _change(row: ContactChange, labels: Labels) -> Line:
    return Line(row.at, "pencil", change_source(row.source), by=row.by_name, changes=labels.pairs(row.changes))


def _imported(row: ImportedContact, labels: Labels) -> Line:
    what = _("Import «%(name)s»: %(outcome)s") % {"name": row.source.name, "outcome": OUTCOMES[row.outcome]}
    line = Line(row.source.created_at, "upload", what, url=reverse("contacts:import", args=[row.source_id]))
    line.detail, line.changes = _("row %(row)s") % {"row": row.row}, labels.former(row.before or {})
    return line


def _synced(row: SyncRow, labels: Labels) -> Line:
    run = row.run
    what = _("Contact sync «%(name)s»") % {"name": run.configuration.name}
    line = Line(run.created_at, "refresh", what, changes=labels.pairs(row.changes))
    line.url = reverse("sync:run", args=[run.configuration.channel_id, run.configuration_id, run.pk])
    return line


def _listed(row: ListMember, _labels: Labels) -> Line:
    return Line(row.added_at, "list", _("Added to the list «%(name)s»") % {"name": row.list.name})


SOURCES = (
    Source(
        lambda contact: Delivery.objects.filter(contact=contact).select_related("communication", "transactional"),
        "created_at",
        _message,
    ),
    Source(lambda contact: Consent.objects.filter(contact=contact), "at", _consent),
    Source(lambda contact: ContactChange.objects.filter(contact=contact), "at", _change),
    Source(
        lambda contact: ImportedContact.objects.filter(contact=contact).select_related("source"),
        "source__created_at",
        _imported,
    ),
    Source(
        lambda contact: SyncRow.objects.filter(
            contact=contact, run__rehearsal=False, outcome__in=("created", "updated")
        ).select_related("run__configuration"),
        "run__created_at",
        _synced,
    ),
    Source(lambda contact: ListMember.objects.filter(contact=contact).select_related("list"), "added_at", _listed),
)


def lines_of(contact: Contact, after: str = "", size: int = SIZE) -> tuple[list[Line], str]:
    """Return some lines, newest first, and the mark to go on behind them ("" at the end); an odd mark is the start."""
    found: list[tuple[datetime, int, int, Line]] = []
    labels, place = Labels(), _place(after)
    for rank, source in enumerate(SOURCES):
        rows = source.rows(contact).filter(_behind(source.at, rank, place))
        for row in rows.order_by(f"-{source.at}", "-pk")[: size + 1]:
            line = source.read(row, labels)
            line.mark = f"{line.at.isoformat()}|{rank}|{row.pk}"
            found.append((line.at, rank, row.pk, line))
    found.sort(key=lambda told: (-told[0].timestamp(), told[1], -told[2]))
    lines = [line for _at, _rank, _pk, line in found[:size]]
    return lines, lines[-1].mark if len(found) > size else ""


def _place(mark: str) -> tuple[datetime, int, int] | None:
    try:
        at, rank, pk = mark.split("|")
        return datetime.fromisoformat(at), int(rank), int(pk)
    except ValueError:
        return None


def _behind(at: str, rank: int, place: tuple[datetime, int, int] | None) -> Q:
    """Of one moment the tables follow each other in their order, the rows of a table from the newest."""
    if place is None:
        return Q()
    moment, last, pk = place
    earlier, same = Q(**{f"{at}__lt": moment}), Q(**{at: moment})
    if rank == last:
        return earlier | (same & Q(pk__lt=pk))
    return earlier | same if rank > last else earlier


@allow(EVERYBODY)
@require_safe
@restricted()
def history(request: HttpRequest, pk: int) -> HttpResponse:
    contact = get_object_or_404(Contact, pk=pk)
    after = request.GET.get("after", "")  # a place in the rows
    lines, older = lines_of(contact, after)
    data = {"contact": contact, "lines": lines, "older": older, "later": bool(after)}
    return render(request, "contacts/history.html", data)
