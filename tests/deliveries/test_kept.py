"""What a message belongs to: kept while it is written, locked before it is deleted; the database checks neither."""

import threading
import time

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from staffetta.channels.connection import disconnect
from staffetta.channels.models import Channel
from staffetta.communications import define, draft
from staffetta.communications.models import Communication, CommunicationState, TransactionalMessage
from staffetta.contacts.models import Contact
from staffetta.deliveries.ledger import states
from staffetta.deliveries.models import Delivery
from staffetta.work.database.databases import postgres
from tests.deliveries.ledger import draft as asked_to_start
from tests.deliveries.ledger import people, transactional


def message(channel: Channel) -> TransactionalMessage:
    transactional(channel, people(1)[0])
    Delivery.objects.all().delete()
    return TransactionalMessage.objects.get()


def belonging(made: TransactionalMessage | Communication) -> dict[str, object]:
    mine = isinstance(made, Communication)
    return {
        "channel_id": made.channel_id,
        "communication_id": made.pk if mine else None,
        "transactional_id": None if mine else made.pk,
    }


@pytest.mark.parametrize("of", ["message", "communication"])
@pytest.mark.parametrize("gone", ["channel", "composition"])
def test_nothing_is_written_for_what_was_deleted(channel: Channel, of: str, gone: str) -> None:
    made = message(channel) if of == "message" else asked_to_start(channel)
    frozen = belonging(made)
    states.keep(frozen)
    (channel if gone == "channel" else made).delete()
    with pytest.raises(IntegrityError):
        states.keep(frozen)


def locked_first(asked: CaptureQueriesContext, table: str) -> bool:
    """Say whether rows of `table` were locked before messages lost them; SQLite has one writer at a time anyway."""
    told = [query["sql"] for query in asked.captured_queries]
    first = next(place for place, sql in enumerate(told) if sql.startswith('UPDATE "deliveries_delivery"'))
    return not postgres() or any("FOR UPDATE" in sql and f'FROM "{table}"' in sql for sql in told[:first])


def test_a_channel_is_locked_before_its_messages_lose_it(channel: Channel, other_channel: Channel) -> None:
    with CaptureQueriesContext(connection) as asked:
        disconnect.disconnect(channel)
    assert locked_first(asked, "channels_channel")
    with CaptureQueriesContext(connection) as asked:
        disconnect.reset()
    assert locked_first(asked, "channels_channel")


def test_a_transactional_message_is_locked_before_its_messages_lose_it(channel: Channel) -> None:
    made = message(channel)
    with CaptureQueriesContext(connection) as asked:
        define.delete(made, None)
    assert locked_first(asked, "communications_transactionalmessage")


def test_a_draft_is_locked_before_its_test_sends_lose_it(channel: Channel) -> None:
    made = asked_to_start(channel)
    Communication.objects.filter(pk=made.pk).update(state=CommunicationState.DRAFT)
    made.refresh_from_db()
    with CaptureQueriesContext(connection) as asked:
        draft.delete_draft(made, None)
    assert locked_first(asked, "communications_communication")


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
@pytest.mark.django_db(transaction=True)
def test_whoever_deletes_waits_for_the_message_that_is_being_written(channel: Channel) -> None:
    made = message(channel)
    contact = Contact.objects.get()
    written, seen = threading.Event(), []

    def write() -> None:
        with transaction.atomic():
            transactional(channel, contact)
            written.set()
            time.sleep(0.5)
            seen.append(time.monotonic())
        connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    assert written.wait(5)
    define.delete(made, None)
    assert seen
    assert time.monotonic() >= seen[0]
    writer.join()
    assert Delivery.objects.get().transactional_id is None
