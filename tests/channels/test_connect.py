"""One API Key, one channel: what is saved, and what is refused with which words."""

from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from engage_simulator.testing import Engage
from staffetta.accounts.models import AuditEntry
from staffetta.channels.connection import connect
from staffetta.channels.connection.connect import NotConnected
from staffetta.channels.message_templates.templates import Counts, counts
from staffetta.channels.models import Channel, ConnectionState, Refresh
from staffetta.channels.refreshing import refresh
from tests.channels.conftest import ASSISTENZA, EVENTI, NOVITA, VETRINA, Connected
from tests.wire import Answer, Seen, Wire, refused_port, serving


def refused(key: str, **how: Any) -> NotConnected:
    with pytest.raises(NotConnected) as caught:
        connect.connect(key, **how)
    return caught.value


def test_the_right_key_with_a_blank_at_the_end_lists_four_channels_and_connects_its_own(
    engage: Engage, db: None
) -> None:
    asked = connect.connect(f"{engage.key(ASSISTENZA)} \n")
    assert Channel.objects.get().state == ConnectionState.CONNECTING
    refresh.run(asked.pk)
    rows = {row.provider_id: row for row in Channel.objects.all()}
    assert {pk: row.state for pk, row in rows.items()} == {
        ASSISTENZA: "connected",
        NOVITA: "available",
        EVENTI: "available",
        VETRINA: "available",
    }
    assert rows[ASSISTENZA].name == "Assistenza clienti"
    assert rows[ASSISTENZA].number == "390200000001"
    assert counts([rows[ASSISTENZA].pk])[rows[ASSISTENZA].pk] == Counts(available=6, active=6)
    assert rows[ASSISTENZA].unapproved_templates == 3
    assert rows[ASSISTENZA].customer_fields.count() == 5


def test_who_connected_is_in_the_audit_log_without_the_key(engage: Engage, connected: Connected) -> None:
    connected()
    entry = AuditEntry.objects.get(deed="channel_connected")
    assert entry.details == {"channel": ASSISTENZA, "key_last_four": engage.key(ASSISTENZA)[-4:]}


def test_a_key_with_a_character_missing_is_refused_and_nothing_is_saved(engage: Engage, db: None) -> None:
    assert refused(engage.key(ASSISTENZA)[:-1]).code == "key_refused"
    assert not Channel.objects.exists()


@pytest.mark.parametrize("typed", ["", "  \t", "\u200b"])
def test_an_empty_key_is_told_as_such(typed: str, db: None) -> None:
    assert refused(typed).code == "empty_key"


@pytest.mark.parametrize("typed", ["ciao", "la mia chiave", "https://example.org/?key=1", "anna@example.org"])
def test_only_the_absurd_is_refused_on_its_form_without_asking_anybody(typed: str, db: None) -> None:
    assert refused(typed).code == "malformed_key"


@pytest.mark.parametrize(
    "typed", ["1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc123"]
)
def test_a_key_of_another_product_is_asked_about_and_then_told_as_such(engage: Engage, typed: str, db: None) -> None:
    assert refused(typed).code == "unusual_key"
    assert refused(typed, sure=True).code == "other_product"
    assert not Channel.objects.exists()


def test_the_key_of_a_connected_channel_offers_to_replace_it(engage: Engage, connected: Connected) -> None:
    channel = connected()
    problem = refused(engage.regenerate_key(ASSISTENZA))
    assert (problem.code, problem.replaceable) == ("already_connected", channel)


def test_the_same_key_again_needs_nothing(engage: Engage, connected: Connected) -> None:
    connected()
    assert refused(engage.key(ASSISTENZA)).code == "same_key"


def test_a_key_typed_into_the_row_of_another_channel_names_both(engage: Engage, connected: Connected) -> None:
    connected()
    row = Channel.objects.get(provider_id=NOVITA)
    problem = refused(engage.key(EVENTI), row=row)
    assert (problem.code, problem.names) == ("other_channel", {"channel": "Novità e offerte", "other": "Bot eventi"})
    row.refresh_from_db()
    assert row.state == ConnectionState.AVAILABLE


def test_a_second_key_connects_a_second_channel(engage: Engage, connected: Connected) -> None:
    connected()
    telegram = connected(EVENTI)
    assert telegram.state == ConnectionState.CONNECTED
    assert telegram.platform == "telegram"
    assert not telegram.templates.exists()
    assert Channel.objects.count() == 4


def test_replacing_the_key_keeps_templates_and_switches(engage: Engage, connected: Connected) -> None:
    channel = connected()
    channel.templates.filter(name="promo_estate").update(active=False)
    former = channel.key_digest
    asked = connect.connect(engage.regenerate_key(ASSISTENZA), row=channel, replace=True)
    refresh.run(asked.pk)
    channel.refresh_from_db()
    assert channel.state == ConnectionState.CONNECTED
    assert channel.key_digest != former
    assert counts([channel.pk])[channel.pk] == Counts(available=6, active=5)
    assert AuditEntry.objects.filter(deed="channel_key_replaced").count() == 1


def test_a_replacement_for_the_key_of_another_channel_is_refused(engage: Engage, connected: Connected) -> None:
    channel = connected()
    assert refused(engage.key(NOVITA), row=channel, replace=True).code == "other_channel"


@pytest.mark.parametrize(
    ("fault", "more", "code"),
    [
        ("reset", {}, "cut_off"),
        ("truncate", {}, "cut_off"),
        ("html", {}, "bad_answer"),
        ("rate_limit", {}, "too_fast"),
        ("answer", {"status": 500, "code": 500, "reason": "Internal error"}, "server_fault"),
        ("answer", {"status": 403, "code": 403, "reason": "Forbidden"}, "key_refused"),
        ("answer", {"status": 200, "code": 423, "reason": "Account is locked"}, "refused"),
    ],
)
def test_whatever_goes_wrong_has_its_own_name_and_saves_nothing(
    engage: Engage, fault: str, more: dict[str, Any], code: str, db: None
) -> None:
    engage.fault(fault, **more)
    assert refused(engage.key(ASSISTENZA)).code == code
    assert not Channel.objects.exists()


def test_a_provider_that_is_too_slow_is_told_as_such(engage: Engage, settings: Settings, db: None) -> None:
    settings.READ_TIMEOUT = 0.3
    engage.fault("latency", ms=2000)
    assert refused(engage.key(ASSISTENZA)).code == "timed_out"


def test_a_provider_that_is_down_is_told_as_such(engage: Engage, settings: Settings, db: None) -> None:
    key = engage.key(ASSISTENZA)
    settings.ENGAGE_URL = f"http://127.0.0.1:{refused_port()}"
    assert refused(key).code == "unreachable"


NEW_FORM = "a-new-form-of-key-0123456789"


def account(*ids: str) -> AbstractContextManager[Wire]:
    def reply(seen: Seen) -> Answer:
        if seen.path.endswith("/channel"):
            return Answer({"channels": [{"id": pk, "name": f"Canale {pk}", "messenger": "WB"} for pk in ids]})
        return Answer({"user": []})

    return serving(reply)


def test_what_is_unlike_a_key_does_not_leave_without_a_question(settings: Settings, db: None) -> None:
    """A browser may have filled in the password of the login."""
    settings.ENGAGE_URL = f"http://127.0.0.1:{refused_port()}"
    assert refused("un-cavallo-molto-lento").code == "unusual_key"
    assert refused("un-cavallo-molto-lento", sure=True).code == "unreachable"


def test_a_key_of_a_new_form_is_that_of_the_only_channel_listed(settings: Settings, db: None) -> None:
    with account("77") as wire:
        settings.ENGAGE_URL = wire.url("")
        assert connect.connect(NEW_FORM, sure=True).channel.provider_id == "77"


def test_an_unusual_key_of_a_connected_channel_is_asked_about_once_and_replaces(
    settings: Settings, as_administrator: Client
) -> None:
    with account("77") as wire:
        settings.ENGAGE_URL = wire.url("")
        connect.connect(NEW_FORM, sure=True)
        path, typed = "/engage/channels/connect/", {"api_key": f"{NEW_FORM}-2"}
        assert 'name="sure"' in as_administrator.post(path, typed).content.decode()
        page = as_administrator.post(path, {**typed, "sure": "1"}).content.decode()
        assert '<input type="hidden" name="sure" value="1">' in page
        assert 'name="replace" value="1"' in page
        assert as_administrator.post(path, {**typed, "sure": "1", "replace": "1"}).status_code == 302
        settings.ENGAGE_URL = f"http://127.0.0.1:{refused_port()}"
        unreachable = as_administrator.post(path, {"api_key": f"{NEW_FORM}-3", "sure": "1"}).content.decode()
        assert 'name="sure"' not in unreachable, "what is typed next is another key"


def test_with_several_candidates_the_person_is_asked_which_channel(settings: Settings, db: None) -> None:
    with account("77", "78") as wire:
        settings.ENGAGE_URL = wire.url("")
        problem = refused(NEW_FORM, sure=True)
        assert (problem.code, [row.id for row in problem.candidates]) == ("which_channel", ["77", "78"])
        assert refused(NEW_FORM, chosen="79", sure=True).code == "which_channel"
        assert connect.connect(NEW_FORM, chosen="78", sure=True).channel.provider_id == "78"


def test_a_key_whose_channel_nobody_tells_needs_the_channels_id(settings: Settings, db: None) -> None:
    with account() as wire:
        settings.ENGAGE_URL = wire.url("")
        assert refused(NEW_FORM, sure=True).code == "channel_unknown"
        assert connect.connect(NEW_FORM, chosen="81", sure=True).channel.provider_id == "81"


def test_connecting_leaves_one_refresh_to_do(engage: Engage, db: None) -> None:
    asked = connect.connect(engage.key(ASSISTENZA))
    assert Refresh.objects.get() == asked
    assert asked.connecting
