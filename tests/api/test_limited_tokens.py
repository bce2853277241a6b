"""Access tokens that end, and that are for some transactional messages only."""

import html
from datetime import timedelta

import pytest
from django.test import Client

from staffetta.accounts import tokens
from staffetta.accounts.models import AccessToken, AuditEntry
from staffetta.cli.main import main
from staffetta.communications.define import Definition, define
from staffetta.communications.draft import Content
from staffetta.communications.models import TransactionalMessage
from staffetta.work.clock import now
from tests.api.caller import Caller

pytestmark = pytest.mark.django_db


def test_an_expired_token_is_nobody() -> None:
    _token, plain = tokens.issue("negozio", None, days=30)
    assert Caller(plain).get("/transactional-messages").status_code == 200
    AccessToken.objects.update(expires_at=now() - timedelta(seconds=1))
    answer = Caller(plain).get("/transactional-messages")
    assert (answer.status_code, answer.json()["code"]) == (401, "token_refused")


def test_a_limited_token_sends_what_it_is_for_and_nothing_else(message: TransactionalMessage) -> None:
    other = Caller(tokens.issue("altro", None, only_messages=["benvenuto"])[1])
    refused = other.send(message.name)
    assert (refused.status_code, refused.json()["code"]) == (403, "message_not_allowed")
    assert Caller(tokens.issue("negozio", None, only_messages=[message.name])[1]).send(message.name).status_code != 403


def test_a_limited_token_sees_its_own_messages_only(message: TransactionalMessage) -> None:
    own = Caller(tokens.issue("negozio", None, only_messages=[message.name])[1])
    other = Caller(tokens.issue("altro", None, only_messages=["benvenuto"])[1])
    assert [row["name"] for row in own.get("/transactional-messages").json()] == [message.name]
    assert other.get("/transactional-messages").json() == []
    message.creates_contacts = True
    message.save()
    consent = {"source": "checkout", "text": "ok"}
    made = own.send(message.name, consent=consent).json()["id"]
    assert own.get(f"/deliveries/{made}").status_code == 200
    assert other.get(f"/deliveries/{made}").status_code == 404
    assert other.post(f"/deliveries/{made}/cancel").status_code == 404


def test_a_renamed_message_keeps_its_tokens(message: TransactionalMessage, as_administrator: Client) -> None:
    token, plain = tokens.issue("negozio", None, only_messages=["altro", message.name])
    assert message.variant
    content = Content(message.variant, message.mapping)
    define(message, Definition("ordine_spedito", message.parameters), content, None)
    token.refresh_from_db()
    assert token.only_messages == ["altro", "ordine_spedito"]
    assert [row["name"] for row in Caller(plain).get("/transactional-messages").json()] == ["ordine_spedito"]
    assert AuditEntry.objects.filter(deed="token_right_changed", target_name="negozio").exists()


def test_a_name_that_no_message_has_is_refused_and_issues_nothing(
    message: TransactionalMessage, as_administrator: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = {"name": "negozio", "days": "90", "only_messages": f"{message.name}, benvenuti"}
    answer = as_administrator.post("/tokens/", asked)
    assert answer.status_code == 422
    assert "Non c’è nessun messaggio transazionale «benvenuti»" in html.unescape(answer.content.decode())
    assert main(["tokens", "issue", "negozio", "--message", message.name, "--message", "benvenuti"]) == 1
    assert "«benvenuti»" in capsys.readouterr().err
    assert main(["tokens", "issue", "negozio", "--message", ""]) == 1
    assert not AccessToken.objects.exists()
    assert main(["tokens", "issue", "negozio", "--message", message.name]) == 0
    assert AccessToken.objects.get().only_messages == [message.name]


def test_the_page_takes_a_lifetime_and_names(as_administrator: Client) -> None:
    for name in ("benvenuto", "ordine"):
        TransactionalMessage.objects.create(name=name)
    as_administrator.post("/tokens/", {"name": "negozio", "days": "90", "only_messages": "benvenuto, ordine"})
    token = AccessToken.objects.get()
    assert token.only_messages == ["benvenuto", "ordine"]
    assert token.expires_at is not None
    assert (token.expires_at - now()).days == 89
    assert "benvenuto, ordine" in as_administrator.get("/tokens/").content.decode()


def test_a_token_for_a_name_without_a_visible_sign_sees_no_delivery_at_all() -> None:
    token, _plain = tokens.issue("negozio", None, only_messages=["\u200b"])
    assert token.only_messages == [""]
    assert not token.is_for("")


def test_the_page_offers_a_year(as_administrator: Client) -> None:
    assert '<option value="365" selected>' in as_administrator.get("/tokens/").content.decode()
