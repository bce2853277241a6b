"""Access tokens of other software."""

import json
import re

import pytest
from django.core import serializers
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from staffetta.accounts import tokens
from staffetta.accounts.models import AccessToken, AuditEntry, User

pytestmark = pytest.mark.django_db


def test_a_token_is_known_again(administrator: User) -> None:
    token, plain = tokens.issue("negozio", administrator)
    assert tokens.caller(plain) == token


def test_only_a_digest_is_kept(administrator: User) -> None:
    _, plain = tokens.issue("negozio", administrator)
    stored = serializers.serialize("json", [*AccessToken.objects.all(), *AuditEntry.objects.all()])
    assert plain not in stored
    assert plain[:20] not in stored


def test_a_revoked_token_is_nobody(administrator: User) -> None:
    token, plain = tokens.issue("negozio", administrator)
    assert tokens.revoke(token, administrator)
    assert tokens.caller(plain) is None
    assert not tokens.revoke(token, administrator)


@pytest.mark.parametrize("plain", ["", "stf_", "stf_nessuno", "x" * 5000, "é"])
def test_a_wrong_token_is_nobody(db: None, plain: str) -> None:
    assert tokens.caller(plain) is None


def test_the_last_use_is_noted_once_a_minute(
    administrator: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    _, plain = tokens.issue("negozio", administrator)
    tokens.caller(plain)
    assert AccessToken.objects.get().last_used_at is not None
    with django_assert_num_queries(1):
        tokens.caller(plain)


def test_the_page_shows_the_token_once(as_administrator: Client) -> None:
    page = as_administrator.post("/tokens/", {"name": "negozio"}).content.decode()
    found = re.search(r"stf_[\w-]{40,}", page)
    assert found is not None
    assert tokens.caller(found.group()) is not None
    assert found.group() not in as_administrator.get("/tokens/").content.decode()


def test_a_token_needs_a_name(as_administrator: Client) -> None:
    assert as_administrator.post("/tokens/", {"name": " "}).status_code == 422
    assert not AccessToken.objects.exists()


def test_revoking_asks_first(as_administrator: Client, administrator: User) -> None:
    token, plain = tokens.issue("negozio", administrator)
    assert "Revocare negozio?" in as_administrator.get(f"/tokens/{token.pk}/revoke/").content.decode()
    assert tokens.caller(plain) is not None
    as_administrator.post(f"/tokens/{token.pk}/revoke/")
    assert tokens.caller(plain) is None


def test_who_issued_and_revoked_stands_in_the_audit_log(as_administrator: Client, administrator: User) -> None:
    token, _ = tokens.issue("negozio", administrator)
    tokens.revoke(token, administrator)
    page = as_administrator.get("/audit/").content.decode()
    assert "Ha creato il token di accesso" in page
    assert "Ha revocato il token di accesso" in page
    assert json.dumps(token.last_four).strip('"') in page
