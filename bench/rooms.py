"""What the lists beside the contacts hold in a large house: lists, imports, Blacklist, duplicates, runs of a sync."""

from datetime import timedelta

from bench.multiply import multiply, text
from staffetta.channels.models import Channel
from staffetta.contacts.models import (
    Contact,
    ContactList,
    Import,
    ImportedContact,
    ImportReject,
    ListMember,
    Suppression,
)
from staffetta.contacts.record_models import Twin
from staffetta.sync.models import SyncConfiguration, SyncRow, SyncRun, SyncWrite
from staffetta.work.clock import now


def fill(on: Channel, contacts: int) -> list[str]:
    """Fill them from so many contacts; return the addresses of their pages."""
    first = Contact.objects.order_by("id")[0]
    listed = ContactList.objects.create(name="Tutti")
    behind = {"contact_id": f"{first.pk} + n.i"}
    multiply(ListMember.objects.create(list=listed, contact=first), contacts - 1, behind)
    source = _import(first, contacts, behind)
    _kept_out(contacts)
    twin = Twin.objects.create(first_id=first.pk, second_id=first.pk + 1, reason="near_number")
    pair = {"first_id": f"{first.pk} + n.i", "second_id": f"{first.pk} + n.i + 1"}
    multiply(twin, contacts // 2, pair)
    return [
        "/contacts/?opt_in=yes", "/contacts/?opt_in=no", f"/contacts/?list={listed.pk}",
        f"/contacts/?import={source.pk}", f"/contacts/?list={listed.pk}&opt_in=yes", "/contacts/duplicates/",
        "/contacts/blacklist/?kind=ever", "/contacts/blacklist/?kind=days", f"/contacts/imports/{source.pk}/",
        *_sync(on, first, contacts, behind),
    ]  # fmt: skip


def _import(first: Contact, contacts: int, behind: dict[str, str]) -> Import:
    rejected = contacts // 4
    source = Import.objects.create(
        name="clienti.csv", state="done", created=contacts, rejected=rejected, reasons={"invalid_phone": rejected},
        total_rows=contacts + rejected, started_at=now(), finished_at=now(),
    )  # fmt: skip
    came = ImportedContact.objects.create(source=source, contact=first, outcome="created", row=1)
    multiply(came, contacts - 1, {**behind, "row": "1 + n.i"})
    reject = ImportReject.objects.create(source=source, row=1, reason="invalid_phone", cells=["Anna", "12"])
    multiply(reject, rejected - 1, {"row": "1 + n.i"})
    return source


def _kept_out(contacts: int) -> None:
    """Nearly all for ever, ten of them for days: the few are the hard ones to find."""
    ever = Suppression.objects.create(platform="whatsapp", address_digest="0", masked="+39•••0000", cause="hand")
    for number in range(10):
        until = now() + timedelta(days=30)
        Suppression.objects.create(
            platform="whatsapp", address_digest=f"d{number}", masked="+39•••1111", cause="hand", until=until
        )
    multiply(ever, contacts // 2, {"address_digest": text("n.i")})


def _sync(on: Channel, first: Contact, contacts: int, behind: dict[str, str]) -> list[str]:
    """Two runs, one after the other: the pages of either must not read the other's rows."""
    made = SyncConfiguration.objects.create(channel=on, name="Anagrafica")
    for _run in range(2):
        last = SyncRow.objects.order_by("-pk").first()
        run = SyncRun.objects.create(
            configuration=made, state="done", created=contacts, finished_at=now(), rows_from=last.pk if last else 0
        )
        row = SyncRow.objects.create(run=run, outcome="created", customer_id="39", name="Nome 0", contact=first)
        multiply(row, contacts // 2, behind)
        for outcome in ("conflicting", "rejected"):
            left = SyncRow.objects.create(
                run=run, outcome=outcome, customer_id="40", name="Nome", reason="no_key", contact=first
            )
            multiply(left, contacts // 100, behind)
        write = SyncWrite.objects.create(run=run, customer_id="0", contact=first, deed="fields", state="done")
        multiply(write, contacts // 4, {**behind, "customer_id": text("n.i")})
    base = f"/engage/channels/{on.pk}/sync/"
    here = f"{base}{made.pk}/"
    return [
        base, here, f"{here}runs/{run.pk}/", f"{here}runs/{run.pk}/?outcome=created",
        f"{here}runs/{run.pk}/?outcome=rejected", f"{here}conflicts/", f"{here}rejects/",
    ]  # fmt: skip
