"""What an address of the API is restricted to is known or refused: a walk over every operation of its document.

As tests/ui/test_restrictions.py for pages. A parameter that an operation comes to take fails until it is walked here.
"""

from typing import Any

import pytest

from staffetta.accounts import tokens
from staffetta.api.v1 import api
from staffetta.deliveries.models import Delivery
from tests import world as factory
from tests.api.caller import Caller

pytestmark = pytest.mark.django_db

PASSED_OVER = (
    "state=sent",
    "channel=99999999",
    "audience=list:1",
    "since=2026-01-01",
    "lst=1",
    "name",
    "q=maria&q=anna",
)
OPERATIONS = [
    (path.removeprefix("/api/v1"), method, operation)
    for path, methods in api.get_openapi_schema()["paths"].items()
    for method, operation in methods.items()
]


def test_no_operation_takes_a_parameter_in_its_query() -> None:
    """One that does is walked with unknown and vanished values, as those of the pages are."""
    taken = {
        f"{method} {path}: {parameter['name']}"
        for path, method, operation in OPERATIONS
        for parameter in operation.get("parameters", [])
        if parameter["in"] == "query"
    }
    assert taken == set()


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS, ids=[f"{m} {p}" for p, m, _o in OPERATIONS])
@pytest.mark.parametrize("query", PASSED_OVER)
def test_a_restriction_nobody_knows_is_refused(path: str, method: str, operation: Any, query: str) -> None:
    world = factory.build()
    row = Delivery.objects.get(pk=world.delivery.pk)
    named = path.replace("{delivery_id}", str(row.public_id)).replace("{name}", world.transactional.name)
    caller = Caller(tokens.issue("negozio", None)[1])
    before = Delivery.objects.count(), row.state
    answer = getattr(caller.client, method)(f"/api/v1{named}?{query}", headers={"Idempotency-Key": "k-1"})
    assert (answer.status_code, answer.json()["code"]) == (422, "request_invalid"), operation["summary"]
    assert query.partition("=")[0] in str(answer.json()["errors"])
    row.refresh_from_db()
    assert (Delivery.objects.count(), row.state) == before


@pytest.mark.parametrize("name", ["nessuno", "NESSUNO", "*", "%25", "x" * 61])
def test_a_message_that_is_not_known_is_refused(name: str) -> None:
    factory.build()
    assert Caller(tokens.issue("negozio", None)[1]).send(name).status_code == 404
