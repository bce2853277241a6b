"""The API's own document says what the API does."""

from typing import Any

import pytest
from django.test import Client

from staffetta.accounts import tokens
from staffetta.api.v1 import api
from staffetta.deliveries.models import Delivery
from tests.api.caller import Caller
from tests.communications import made

DOCUMENT = api.get_openapi_schema()
SEND = DOCUMENT["paths"]["/api/v1/transactional-messages/{name}/send"]["post"]
OPERATIONS = [operation for path in DOCUMENT["paths"].values() for operation in path.values()]


def test_the_idempotency_key_is_a_required_header_of_that_name() -> None:
    (key,) = [parameter for parameter in SEND["parameters"] if parameter["in"] == "header"]
    assert (key["name"], key["required"]) == ("Idempotency-Key", True)
    assert key["schema"]["maxLength"] == 255


def test_every_error_is_a_problem() -> None:
    answers = [(status, answer) for one in OPERATIONS for status, answer in one["responses"].items()]
    errors = [list(answer["content"]) for status, answer in answers if int(status) >= 400]
    assert len(errors) > 20
    assert {tuple(kinds) for kinds in errors} == {("application/problem+json",)}


def test_texts_have_bounds() -> None:
    schemas: dict[str, Any] = DOCUMENT["components"]["schemas"]
    phone = schemas["RecipientIn"]["properties"]["phone"]
    assert (phone["maxLength"], bool(phone["pattern"])) == (60, True)
    assert schemas["SendIn"]["properties"]["values"]["maxProperties"] == 100


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("true", "request_invalid"),
        ("null", "request_invalid"),
        ("[]", "request_invalid"),
        ("NaN", "request_invalid"),
        ("-Infinity", "request_invalid"),
        ("1e400", "request_invalid"),
        ("-1E+999", "request_invalid"),
        ("false", "request_invalid"),
    ],
)
def test_a_value_that_is_neither_text_nor_number_is_refused(value: str, code: str) -> None:
    made.order_confirmation(made.channel())
    body = f'{{"recipient": "+393330000000", "values": {{"order": {value}}}}}'
    answer = Caller(tokens.issue("negozio", None)[1]).send(body=body)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    (fault, *_) = answer.json()["errors"]
    assert fault["pointer"] == "#/values/order"
    assert fault["detail"] in NO_VALUE, fault


NO_VALUE = ("Serve un testo.", "Serve un testo o un numero.",
            "Non è un numero che si possa inviare: NaN, infinito o troppo grande.")  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("written", ["12.50", "1e3", "-0.0", "1.10e-2", "100", "9007199254740993.0"])
def test_a_number_goes_out_as_it_was_written(written: str) -> None:
    made.order_confirmation(made.channel())
    made.people(1)
    body = f'{{"recipient": "+393330000000", "values": {{"order": {written}}}}}'
    assert Caller(tokens.issue("negozio", None)[1]).send(body=body).status_code == 202
    assert Delivery.objects.get().parameters["body"][1] == written


@pytest.mark.django_db
def test_no_number_is_refused_wherever_it_lies() -> None:
    made.order_confirmation(made.channel())
    body = '{"recipient": "+393330000000", "expires_in": NaN, "values": {"order": "A"}}'
    answer = Caller(tokens.issue("negozio", None)[1]).send(body=body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "#/expires_in")


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api/v1/%0Ax", "/api/v1/deliveries/%0A/cancel", "/api/x", "/api/%0d"])
def test_an_address_that_nothing_matches_is_a_problem(client: Client, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")


@pytest.mark.django_db
def test_a_page_that_nobody_knows_is_still_a_page(client: Client) -> None:
    assert client.get("/nowhere/").headers["Content-Type"].startswith("text/html")
