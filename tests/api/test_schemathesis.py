"""The API keeps to its own document: schemathesis asks whatever the document allows and forbids, seeded."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from schemathesis import Case

from staffetta.accounts import tokens
from staffetta.api.v1 import api
from staffetta.communications.models import TransactionalMessage
from staffetta.config.wsgi import application
from tests.communications import made

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("message")]

CONFIG = schemathesis.Config.from_dict(
    {
        "checks": {
            # Judged by what the installation knows as well: who may be written to, which values a message asks for.
            "positive_data_acceptance": {"expected-statuses": ["2xx", 401, 403, 404, 409, 422, 503]},
            "missing_required_header": {"expected-statuses": [400, 401]},
        },
        "parameters": {"path.name": "order-confirmation"},
        "seed": 1,
    }
)
document = schemathesis.openapi.from_dict(api.get_openapi_schema(), config=CONFIG)
document.app = application


@pytest.fixture
def message() -> Iterator[TransactionalMessage]:
    """Calls end as with Django's own client: the connection, which holds the test's transaction, stays open."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield made.order_confirmation(made.channel())
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@document.parametrize()
@settings(max_examples=12, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_api_does_what_its_document_says(case: "Case[Any]") -> None:
    token = tokens.issue("schemathesis", None)[1]
    case.call_and_validate(headers={"Authorization": f"Bearer {token}"})
