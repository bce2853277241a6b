"""What the simulated provider accepts, and what it refuses with which status."""

from __future__ import annotations

import pytest

from engage_simulator.testing import Engage
from tests.engage_simulator.wire import ask, chat, notification, send

ANNA = "393470000001"
STRANGER = "393399990001"
PHOTO = "https://example.com/foto.jpg"


def test_an_accepted_send_is_in_the_ledger_with_its_values_and_text(engage: Engage, key: str) -> None:
    answer = send(engage, notification(key, ANNA, "conferma_ordine", "Anna", "42"))
    assert (answer.status, answer.json["code"]) == (200, 200)
    assert answer.json["id"]
    (row,) = engage.ledger()
    assert row["channel"] == "24001"
    assert row["recipient"] == ANNA
    assert (row["template"], row["language"], row["kind"]) == ("conferma_ordine", "it", "notification")
    assert row["variables"] == ["Anna", "42"]
    assert row["text"] == "Ciao Anna, il tuo ordine *42* è confermato. Grazie!"
    assert row["answered"] is True


@pytest.mark.parametrize(
    ("given", "status", "reason"),
    [
        (("conferma_ordine", ("Anna",), {}), 400, "takes 2 body variables, 1 given"),
        (("conferma_ordine", ("Anna", "42", "x"), {}), 400, "takes 2 body variables, 3 given"),
        (("conferma_ordine", ("Anna", ""), {}), 400, "Body variable 2"),
        (("conferma_ordine", ("An\nna", "42"), {}), 400, "Body variable 1"),
        (("conferma_ordine", ("Anna     B", "42"), {}), 400, "Body variable 1"),
        (("conferma_ordine", ("Anna", "x" * 1024), {}), 400, "longer than 1024"),
        (("conferma_ordine", ("Anna", "42"), {"language": "ja"}), 404, "does not exist in language 'ja'"),
        (("mai_esistito", (), {}), 404, "does not exist"),
        (("sconto_autunno", ("Anna",), {}), 400, "not approved: pending"),
        (("vecchio_avviso", ("Anna",), {}), 400, "not approved: rejected"),
        (("novita_foto", ("Anna",), {}), 400, "needs header media (image)"),
        (("novita_foto", ("Anna",), {"media": "foto.jpg"}), 400, "needs header media (image)"),
        (("benvenuto", (), {"media": PHOTO}), 400, "has no header media"),
        (("benvenuto", (), {"header": "x"}), 400, "has no header variable"),
        (("benvenuto", (), {"button": "x"}), 400, "has no button variable"),
        (("spedizione_partita", ("Anna", "42"), {}), 400, "needs a button variable"),
    ],
)
def test_what_does_not_fit_the_template_is_refused(
    engage: Engage, key: str, given: tuple[str, tuple[str, ...], dict[str, str]], status: int, reason: str
) -> None:
    template, variables, more = given
    answer = send(engage, notification(key, ANNA, template, *variables, **more))
    assert (answer.status, answer.json["code"]) == (status, status)
    assert reason in answer.json["reason"]
    assert engage.ledger() == []


def test_what_the_template_needs_is_accepted(engage: Engage, key: str) -> None:
    assert send(engage, notification(key, ANNA, "novita_foto", "Anna", media=PHOTO)).status == 200
    assert send(engage, notification(key, ANNA, "spedizione_partita", "Anna", "42", button="ab12")).status == 200
    assert send(engage, notification(key, ANNA, "conferma_ordine", "Anna", "42", language="en")).status == 200
    assert [(row["header_media"], row["button_variable"]) for row in engage.ledger()] == [
        (PHOTO, ""),
        ("", "ab12"),
        ("", ""),
    ]


def test_a_header_variable_is_needed_where_the_header_has_one(engage: Engage) -> None:
    engage.reset(seed="demo")
    key, values = engage.key("24001"), ("lente", "30")
    assert send(engage, notification(key, ANNA, "stato_riparazione", *values)).status == 400
    assert send(engage, notification(key, ANNA, "stato_riparazione", *values, header="12")).status == 200
    assert send(engage, notification(key, ANNA, "stato_riparazione", *values, header="x" * 60)).status == 400


@pytest.mark.parametrize("template", ["ritiro_in_negozio", "vetrina_carosello"])
def test_what_the_call_has_no_member_for_is_refused(engage: Engage, template: str) -> None:
    engage.reset(seed="demo")
    channel = "24002" if template == "vetrina_carosello" else "24001"
    answer = send(engage, notification(engage.key(channel), ANNA, template, "Anna"))
    assert answer.status == 400
    assert "cannot send" in answer.json["reason"]


def test_named_placeholders_take_values_in_the_order_they_appear(engage: Engage) -> None:
    engage.reset(seed="demo")
    assert send(engage, notification(engage.key("24001"), ANNA, "ordine_in_ritardo", "Anna", "42")).status == 200
    assert engage.ledger()[0]["text"].startswith("Ciao Anna, l'ordine 42 arriva")


@pytest.mark.parametrize("status", ["paused", "DISABLED", "archived", "whatever"])
def test_only_approved_templates_are_sent_whatever_the_case(engage: Engage, key: str, status: str) -> None:
    engage.change_template("24001", "benvenuto", status=status)
    assert send(engage, notification(key, ANNA, "benvenuto")).status == 400
    engage.change_template("24001", "benvenuto", status="APPROVED")
    assert send(engage, notification(key, ANNA, "benvenuto")).status == 200


@pytest.mark.parametrize("state", ["stopped", "blocked"])
def test_a_stopped_or_blocked_customer_gets_nothing(engage: Engage, key: str, state: str) -> None:
    engage.change_customer("24001", ANNA, **{state: "1"})
    assert send(engage, notification(key, ANNA, "benvenuto")).status == 412
    assert ask(engage, "POST", "/chat", body=chat(key, ANNA)).status == 412
    engage.change_customer("24001", ANNA, **{state: "0"})
    assert send(engage, notification(key, ANNA, "benvenuto")).status == 200


def test_a_template_to_an_unknown_number_creates_the_customer(engage: Engage, key: str) -> None:
    assert ask(engage, "GET", f"/user/{STRANGER}", apikey=key).status == 404
    assert send(engage, notification(key, STRANGER, "benvenuto")).status == 200
    row = ask(engage, "GET", f"/user/{STRANGER}", apikey=key).json["user"][0]
    assert (row["id"], row["name"], row["stopped"], row["customfields"]) == (STRANGER, "", "0", [])


@pytest.mark.parametrize("recipient", ["", "+393470000001", "39 347 0000001", "0347000000", "abc"])
def test_a_recipient_must_be_digits_with_country_code(engage: Engage, key: str, recipient: str) -> None:
    assert send(engage, notification(key, recipient, "benvenuto")).status == 400


@pytest.mark.parametrize("variables", ["[1, 2]", '{"1": "Anna"}', "Anna, 42", '"Anna"'])
def test_variables_must_be_an_array_of_strings_in_a_string(engage: Engage, key: str, variables: str) -> None:
    body = notification(key, ANNA, "conferma_ordine") | {"notification_body_variables": variables}
    answer = send(engage, body)
    assert answer.status == 400
    assert "JSON array of strings" in answer.json["reason"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"\xff\xfe"])
def test_a_body_that_is_no_object_is_refused(engage: Engage, body: bytes) -> None:
    answer = ask(engage, "POST", "/chat/notification", body=body)
    assert answer.status in {400, 401}
    assert {"code", "reason"} <= answer.json.keys()


def test_telegram_has_no_templates_but_takes_text(engage: Engage) -> None:
    key = engage.key("24003")
    answer = send(engage, notification(key, "700000001", "benvenuto"))
    assert answer.status == 400
    assert "TG" in answer.json["reason"]
    assert ask(engage, "POST", "/chat", body=chat(key, "700000001")).status == 200
    assert ask(engage, "POST", "/chat", body=chat(key, "799999999")).status == 412


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"message": ""}, 400),
        ({"message": "x" * 4097}, 400),
        ({"attachment": "file:///etc/hosts"}, 400),
        ({"message": "", "attachment": "https://example.com/listino.pdf"}, 200),
    ],
)
def test_free_text_needs_text_or_a_public_attachment(
    engage: Engage, key: str, more: dict[str, str], status: int
) -> None:
    assert ask(engage, "POST", "/chat", body=chat(key, ANNA) | more).status == status


def test_free_text_on_whatsapp_is_only_taken_within_24_hours_of_the_persons_last_message(
    engage: Engage, key: str
) -> None:
    send(engage, notification(key, STRANGER, "benvenuto"))
    assert ask(engage, "POST", "/chat", body=chat(key, STRANGER)).status == 412
    engage.write("24001", STRANGER, "Grazie")
    assert ask(engage, "POST", "/chat", body=chat(key, STRANGER)).status == 200
    engage.move_clock(offset_seconds=25 * 3600)
    assert ask(engage, "POST", "/chat", body=chat(key, STRANGER)).status == 412


def test_a_channel_switched_off_sends_nothing(engage: Engage, key: str) -> None:
    engage.change_channel("24001", active="0")
    assert send(engage, notification(key, ANNA, "benvenuto")).status == 403
    assert ask(engage, "POST", "/chat", body=chat(key, ANNA)).status == 403
