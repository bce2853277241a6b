"""Rows that are written together and cannot be: the bad one is refused with its reason, all others are written."""

from typing import Any

import pytest
from django.db import DataError, connection

from engage_simulator.testing import Engage
from staffetta.channels.models import Channel, Refresh, TemplateVariant
from staffetta.channels.refreshing.store import Download, store
from staffetta.connectors.messages import ChannelListing, Customer, ListedTemplate, Reply
from staffetta.contacts.files.read_csv import Record
from staffetta.contacts.imports import run_import
from staffetta.contacts.imports.read_row import Person, Rejected
from staffetta.contacts.models import Contact, Import, ImportReject
from staffetta.events.models import ProviderEvent
from staffetta.events.store import store_replies
from staffetta.sync.models import Kind, SyncRow, SyncRun
from staffetta.sync.read_ahead import Pages
from staffetta.sync.read_pages import Place
from staffetta.sync.run import take
from staffetta.sync.setup import ready
from staffetta.sync.start import start
from staffetta.work import set_aside
from staffetta.work.database.databases import postgres
from staffetta.work.models import SetAside
from tests.contacts.conftest import accept, own_folder
from tests.contacts.people import Accept
from tests.deliveries.conftest import account, channel, engage, other_channel
from tests.sync.world import configuration, number

__all__ = ["accept", "account", "channel", "engage", "other_channel", "own_folder"]
pytestmark = pytest.mark.django_db(transaction=True)
HALF_AN_EMOJI = "Anna \ud83d"
REFUSED = "Anna \0" if postgres() else HALF_AN_EMOJI
"""What the database does not take: SQLite takes NUL, PostgreSQL gets half an emoji as a question mark."""


def test_a_reply_that_cannot_be_stored_is_set_aside_and_the_next_stop_is_read(channel: Channel) -> None:
    told = (("1", "393330000000"), ("\ud83d", "393330000009"), ("2", "393330000001"))
    store_replies(channel, [Reply(key=key, recipient=recipient, text="STOP") for key, recipient in told])
    stored = set(ProviderEvent.objects.values_list("address", flat=True))
    assert stored == {"393330000000", "393330000001"}
    assert SetAside.objects.filter(lane="events", address="393330000009", platform=channel.platform).exists()


def test_a_template_that_cannot_be_stored_is_set_aside_and_the_others_come_in(channel: Channel, engage: Engage) -> None:
    def listed(name: str, text: str) -> ListedTemplate:
        components: list[dict[str, Any]] = [{"type": "BODY", "text": text}]
        return ListedTemplate(
            name=name, language="it", language_raw="it", status="approved", category="UTILITY", components=components
        )

    def refreshed(*templates: ListedTemplate) -> Refresh:
        refresh = Refresh.objects.create(channel=channel, state="running", attempt=1)
        store(refresh, Download(ChannelListing((), complete=False), (), templates))
        refresh.refresh_from_db()
        return refresh

    before = TemplateVariant.objects.filter(gone_at=None).count()
    done = refreshed(listed("saluto", "Ciao"), listed("rotto", HALF_AN_EMOJI), listed("nuovo", "Buongiorno"))
    assert (done.state, done.result["set_aside"]) == ("done", 1)
    names = set(TemplateVariant.objects.filter(gone_at=None).values_list("template__name", flat=True))
    assert names == {"saluto", "nuovo"}
    assert before == 2
    assert "rotto" in SetAside.objects.get(lane="refresh").name
    refreshed(listed("saluto", "Ciao"), listed("rotto", "Mended"))
    assert not SetAside.objects.exists()


def test_a_customer_that_cannot_be_stored_is_rejected_and_the_others_are_contacts(channel: Channel) -> None:
    run = start(configuration(channel, [{"kind": Kind.FIRST_NAME, "contact_field": "first_name"}]), None)
    customers = [Customer(number(n), name) for n, name in enumerate(("Anna", HALF_AN_EMOJI, "Carla"))]
    take(run, Pages(customers, Place(ended=True), 1), ready(run.configuration))
    run = SyncRun.objects.get(pk=run.pk)
    assert (run.created + run.rejected, run.rejected <= 1) == (3, True)
    assert {"Anna", "Carla"} <= set(Contact.objects.values_list("first_name", flat=True))
    if run.rejected:
        assert SyncRow.objects.get(outcome="rejected").reason == "cannot_handle"


def test_a_row_that_the_database_refuses_is_rejected_and_the_others_are_imported(accept: Accept) -> None:
    source = accept(b"Telefono;Nome\n+393470000099;Zoe\n", {"Telefono": "phone", "Nome": "first_name"})
    people: list[Person | Rejected] = [
        Person(Record(n + 2, [f"+3934700000{n:02}", name], 0), phone=f"+3934700000{n:02}", texts={"first_name": name})
        for n, name in enumerate(("Anna", REFUSED, "Carla"))
    ]
    last = Record(4, [], 4)
    assert run_import.take_batch(Import.objects.get(pk=source.pk), run_import.Batch(people, last))
    assert set(Contact.objects.values_list("first_name", flat=True)) == {"Anna", "Carla"}
    assert list(ImportReject.objects.values_list("row", "reason")) == [(3, "cannot_handle")]
    counted = Import.objects.get(pk=source.pk)
    assert (counted.created, counted.rejected) == (2, 1)


def test_of_many_rows_exactly_the_bad_ones_are_refused() -> None:
    written: list[int] = []
    refused: list[int] = []

    def write(rows: Any) -> None:
        if {3, 11} & set(rows):
            raise DataError
        written.extend(rows)

    set_aside.by_halves(list(range(16)), write, lambda row, _error: refused.append(row))
    assert (refused, sorted(written)) == ([3, 11], [row for row in range(16) if row not in (3, 11)])
    assert not connection.in_atomic_block
