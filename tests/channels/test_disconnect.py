"""Disconnetti and Resetta canali: what is told before, what goes, what stays."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse

from engage_simulator.testing import Engage
from staffetta.accounts.models import AuditEntry
from staffetta.channels import blockers, holds
from staffetta.channels.connection import connect, disconnect
from staffetta.channels.message_templates.switch import switch
from staffetta.channels.message_templates.templates import Counts, counts
from staffetta.channels.models import Channel, CustomerField, Exchange, Refresh, Template
from staffetta.channels.refreshing import ask, refresh
from staffetta.contacts.models import Contact
from staffetta.sync.models import SyncConfiguration
from tests.channels.conftest import ASSISTENZA, EVENTI, NOVITA, Connected


@pytest.fixture
def blocked() -> Iterator[None]:
    """Something of a higher room is in the way."""

    def finder(_ids: object) -> list[blockers.Blocker]:
        return [blockers.Blocker("La comunicazione «Saldi» è in corso", "/communications/1/")]

    blockers.register(finder)
    yield
    blockers._finders.remove(finder)


def test_the_page_counts_what_goes_and_what_stays(
    engage: Engage, connected: Connected, as_administrator: Client
) -> None:
    connected()
    connected(EVENTI)
    Contact.objects.create(first_name="Anna")
    text = as_administrator.get(reverse("channels:reset")).content.decode()
    for words in (
        "4 canali",
        "2 chiavi API",
        "6 template",
        "campi del cliente",
        "1 contatto",
        "Su Sinch Engage non cambia nulla",
    ):
        assert words in text


def test_one_of_a_kind_is_told_as_one_and_many_are_grouped(
    engage: Engage, connected: Connected, as_administrator: Client
) -> None:
    channel = connected()
    SyncConfiguration.objects.create(channel=channel, name="Anagrafica")
    switch(channel, [channel.templates.get(name="promo_estate").pk], on=False)
    Exchange.objects.bulk_create(Exchange(channel=channel, operation="x", method="GET") for _ in range(1200))
    text = as_administrator.get(reverse("channels:disconnect", args=[channel.pk])).content.decode()
    assert "1 configurazione di sincronizzazione dei contatti" in text
    assert "1 template disattivato da te" in text
    assert re.search(r"1\.2\d\d chiamate API nel registro", text)
    home = as_administrator.get(reverse("channels:home", args=[channel.pk])).content.decode()
    assert "1 configurazione di sincronizzazione dei contatti" in home


def test_a_wrong_word_resets_nothing_and_stays(engage: Engage, connected: Connected, as_administrator: Client) -> None:
    connected()
    answer = as_administrator.post(reverse("channels:reset"), {"typed": "reset"})
    assert answer.status_code == 422
    assert 'value="reset"' in answer.content.decode()
    assert Channel.objects.count() == 4


def test_a_reset_leads_back_to_the_first_visit_and_one_starts_from_zero(
    engage: Engage, connected: Connected, as_administrator: Client
) -> None:
    channel = connected()
    switch(channel, [channel.templates.get(name="promo_estate").pk], on=False)
    Contact.objects.create(first_name="Anna")
    answer = as_administrator.post(reverse("channels:reset"), {"typed": " resetta "}, follow=True)
    assert "Connetti il tuo primo canale" in answer.content.decode()
    assert not any(model.objects.exists() for model in (Channel, Template, CustomerField, Exchange, Refresh))
    assert Contact.objects.count() == 1
    assert AuditEntry.objects.filter(deed="channels_reset").exists()
    again = connected()
    assert counts([again.pk])[again.pk] == Counts(6, 6)


def test_a_disconnected_channel_stays_in_the_list_as_long_as_another_key_sees_it(
    engage: Engage, connected: Connected
) -> None:
    first, telegram = connected(), connected(EVENTI)
    disconnect.disconnect(telegram)
    row = Channel.objects.get(provider_id=EVENTI)
    assert (row.state, row.has_key, row.name) == ("available", False, "Bot eventi")
    assert not row.customer_fields.exists()
    assert not row.exchanges.exists()
    first.refresh_from_db()
    assert first.state == "connected"


def test_disconnecting_the_last_channel_leaves_nothing_in_the_list(engage: Engage, connected: Connected) -> None:
    disconnect.disconnect(connected())
    assert not Channel.objects.exists()


def test_a_refresh_under_way_is_cancelled(engage: Engage, connected: Connected) -> None:
    channel = connected()
    asked = ask.ask(channel)
    disconnect.disconnect(channel)
    refresh.run(asked.pk)
    assert not Refresh.objects.exists()


def test_what_is_in_the_way_is_named_and_nothing_goes(
    engage: Engage, connected: Connected, as_administrator: Client, blocked: None
) -> None:
    channel = connected()
    text = as_administrator.get(reverse("channels:reset")).content.decode()
    assert "La comunicazione «Saldi» è in corso" in text
    assert 'name="typed"' not in text
    as_administrator.post(reverse("channels:disconnect", args=[channel.pk]), {"typed": ASSISTENZA})
    assert Channel.objects.filter(pk=channel.pk).exists()
    with pytest.raises(disconnect.Blocked):
        disconnect.reset()


def test_what_depends_on_the_channels_is_held_before_they_go(engage: Engage, connected: Connected) -> None:
    channel = connected()
    seen: list[int] = []
    holder = holds.Holder(
        count=lambda ids: [holds.Held("bozze", len(ids))],
        hold=lambda ids: seen.extend(Channel.objects.filter(pk__in=ids).values_list("pk", flat=True)),
    )
    holds.register(holder)
    try:
        assert holds.Held("bozze", 1) in disconnect.outlook([channel]).held
        disconnect.disconnect(channel)
    finally:
        holds._holders.remove(holder)
    assert channel.pk in seen


def test_the_page_of_one_channel_wants_its_id_typed(
    engage: Engage, connected: Connected, as_administrator: Client
) -> None:
    channel = connected()
    answer = as_administrator.post(
        reverse("channels:disconnect", args=[channel.pk]), {"typed": ASSISTENZA}, follow=True
    )
    assert "Assistenza clienti è stato disconnesso" in answer.content.decode()


def test_a_second_channel_can_be_connected_and_disconnected_without_touching_the_first(
    engage: Engage, connected: Connected
) -> None:
    first, second = connected(), connected(NOVITA)
    assert counts([second.pk])[second.pk] == Counts(3, 3)
    disconnect.disconnect(second)
    assert counts([first.pk])[first.pk] == Counts(6, 6)
    with pytest.raises(connect.NotConnected):
        connect.connect(engage.key(ASSISTENZA))
