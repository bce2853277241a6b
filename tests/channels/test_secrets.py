"""Neither a key nor its first 32 or last 20 characters occur outside the encrypted column."""

import logging
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django_tasks_db.models import DBTaskResult
from pytest_django import Settings

from engage_simulator.testing import Engage
from staffetta.channels.calls import gateway
from staffetta.channels.connection import connect
from staffetta.channels.connection.connect import NotConnected
from staffetta.channels.models import Channel, Exchange
from staffetta.channels.refreshing import ask, refresh
from staffetta.connectors.contract import Connector
from staffetta.connectors.errors import ConnectorError
from staffetta.connectors.messages import Notification
from tests.channels.conftest import ASSISTENZA, NOVITA
from tests.wire import refused_port


def needles(key: str) -> list[str]:
    return [key[:32], key[-20:], quote(key, safe=""), key.upper()[:32]]


def everything_stored() -> str:
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        found = []
        for table in tables:
            cursor.execute(f'SELECT * FROM "{table}"')
            found += [repr(row) for row in cursor.fetchall()]
    return "\n".join(found)


async def send(connector: Connector) -> object:
    return await connector.send_notification(Notification("393330000001", "conferma_ordine", "it", ("Anna", "12")))


FAULTS: list[tuple[str, dict[str, Any]]] = [
    ("reset", {}),
    ("truncate", {}),
    ("html", {}),
    ("garbage", {}),
    ("answer", {"status": 500, "code": 500, "reason": "Internal error"}),
]


@pytest.mark.django_db(transaction=True)
def test_no_key_is_stored_logged_or_shown_outside_its_column(
    engage: Engage,
    settings: Settings,
    administrator: object,
    as_administrator: Client,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    keys = [engage.key(ASSISTENZA), engage.key(NOVITA)[:-1] + "0"]
    engage.fault("answer", match={"operation": "list_fields"}, status=400, code=400, reason=f"bad apikey {keys[0]}")
    with pytest.raises(NotConnected):
        connect.connect(keys[1])
    refresh.run(connect.connect(keys[0]).pk)
    channel = Channel.objects.get(provider_id=ASSISTENZA)
    for kind, more in FAULTS:
        engage.clear_faults()
        engage.fault(kind, **more)
        refresh.run(ask.ask(channel).pk)
        with pytest.raises(ConnectorError):
            gateway.call(channel, send)
    settings.ENGAGE_URL = f"http://127.0.0.1:{refused_port()}"
    refresh.run(ask.ask(channel).pk)

    pages = [reverse("channels:list"), reverse("channels:home", args=[channel.pk])]
    pages += [reverse("channels:calls", args=[channel.pk]), reverse("channels:connect_row", args=[channel.pk])]
    pages += [reverse("channels:call", args=[channel.pk, row.pk]) for row in Exchange.objects.all()]
    seen = "\n".join(as_administrator.get(page).content.decode() for page in pages)
    assert DBTaskResult.objects.exists()
    kept = {"stored": everything_stored(), "shown": seen, "logged": caplog.text}
    for place, text in kept.items():
        for key in keys:
            for needle in needles(key):
                assert needle not in text, f"{needle[:4]}… is {place}"


def test_what_is_sealed_is_read_with_a_former_secret_and_told_apart_without_it(settings: Settings, db: None) -> None:
    from staffetta.channels.calls import seal

    sealed, digest = seal.seal("una chiave"), seal.digest("una chiave")
    former = settings.SECRET_KEY
    settings.SECRET_KEY = "another secret of this installation"
    with pytest.raises(seal.SealBroken):
        seal.unseal(sealed)
    settings.SECRET_KEY_FALLBACKS = [former]
    assert seal.unseal(sealed) == "una chiave"
    assert digest in seal.digests("una chiave")


def test_a_key_that_can_no_longer_be_read_refuses_the_channel_with_its_own_words(
    engage: Engage, settings: Settings, db: None
) -> None:
    refresh.run(connect.connect(engage.key(ASSISTENZA)).pk)
    channel = Channel.objects.get(provider_id=ASSISTENZA)
    settings.SECRET_KEY = "another secret of this installation"
    asked = ask.ask(channel)
    refresh.run(asked.pk)
    asked.refresh_from_db()
    channel.refresh_from_db()
    assert (asked.problem, channel.state) == ("key_unreadable", "refused")
