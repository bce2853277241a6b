"""The transactional call: what is taken, what is refused, and that a refusal says what and why."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from staffetta.accounts import tokens
from staffetta.accounts.models import AccessToken
from staffetta.api.models import ApiCall
from staffetta.channels.models import Channel, ConnectionState, Template, TemplateVariant
from staffetta.communications import define
from staffetta.communications.models import TransactionalMessage
from staffetta.contacts.consents.suppression import suppress
from staffetta.contacts.models import Consent, Contact
from staffetta.deliveries.models import Delivery, DeliveryState, Idempotency
from staffetta.work.clock import now
from tests.api.caller import Caller, Response
from tests.communications import made


def problem(response: Response, status: int, code: str) -> dict[str, Any]:
    """Check that this is a problem of RFC 9457 with this code, and return it."""
    body: dict[str, Any] = response.json()
    assert response.headers["Content-Type"] == "application/problem+json"
    assert (response.status_code, body["status"], body["code"]) == (status, status, code)
    assert body["title"]
    assert body["detail"]
    assert str(body["type"]).endswith(code)
    assert str(UUID(body["request_id"])) == response.headers["X-Request-ID"]
    return body


def pointers(body: dict[str, Any]) -> list[str]:
    return [error["pointer"] for error in body["errors"]]


def test_a_call_is_accepted_and_lies_in_the_ledger(message: TransactionalMessage, caller: Caller) -> None:
    anna = made.people(1)[0]
    answer = caller.send()
    row = Delivery.objects.get()
    assert answer.status_code == 202
    assert answer.json() == {"id": str(row.public_id), "state": "waiting"}
    assert answer.headers["Location"].endswith(f"/api/v1/deliveries/{row.public_id}")
    assert (row.contact, row.kind, row.address) == (anna, "transactional", "393330000000")
    assert row.parameters["body"] == ["Nome0", "A-1"]


def test_the_recipient_may_be_a_plain_number(message: TransactionalMessage, caller: Caller) -> None:
    made.people(1)
    assert caller.send(recipient="+39 333 0000 000").status_code == 202


def test_its_state_can_be_asked_for(message: TransactionalMessage, caller: Caller) -> None:
    made.people(1)
    number = caller.send().json()["id"]
    told = caller.get(f"/deliveries/{number}").json()
    assert (told["id"], told["state"], told["name"], told["kind"]) == (
        number,
        "waiting",
        "order-confirmation",
        "transactional",
    )
    assert told["reason"] is None


def test_a_reason_is_told_as_code_and_in_words(message: TransactionalMessage, caller: Caller) -> None:
    made.people(1)
    number = caller.send().json()["id"]
    Delivery.objects.update(state=DeliveryState.UNCERTAIN, reason="timed_out")
    told = caller.get(f"/deliveries/{number}").json()
    assert (told["reason"], told["detail"]) == ("timed_out", "Sinch Engage non ha risposto in tempo")


def test_without_a_token_nobody_gets_in(message: TransactionalMessage) -> None:
    answer = Client().get("/api/v1/transactional-messages")
    problem(answer, 401, "token_missing")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_wrong_token_is_refused_and_not_logged(message: TransactionalMessage) -> None:
    body = problem(Caller("stf_sbagliato").send(), 401, "token_refused")
    assert "token" in str(body["detail"])
    assert not ApiCall.objects.exists()


def test_a_revoked_token_is_refused(message: TransactionalMessage, caller: Caller) -> None:
    AccessToken.objects.update(revoked_at="2026-01-01T00:00:00Z")
    problem(caller.send(), 401, "token_refused")


def test_an_unknown_name_is_404(channel: Channel, caller: Caller) -> None:
    problem(caller.send("che-cosa"), 404, "transactional_message_unknown")
    problem(caller.send("%00"), 404, "transactional_message_unknown")


def test_an_unknown_delivery_and_an_unknown_address_are_404(caller: Caller) -> None:
    problem(caller.get("/deliveries/5f0c5e2e-0000-4000-8000-000000000000"), 404, "delivery_unknown")
    problem(caller.get("/deliveries/12"), 404, "address_unknown")
    problem(caller.get("/niente"), 404, "address_unknown")


def test_a_wrong_method_is_405(message: TransactionalMessage, caller: Caller) -> None:
    answer = caller.get("/transactional-messages/order-confirmation/send")
    problem(answer, 405, "method_not_allowed")
    assert "POST" in answer.headers["Allow"]


def test_a_missing_value_is_pointed_at(message: TransactionalMessage, caller: Caller) -> None:
    made.people(1)
    body = problem(caller.send(values={}), 422, "value_missing")
    assert pointers(body) == ["#/values/order"]
    assert not Delivery.objects.exists()


def test_an_empty_value_is_a_missing_one(message: TransactionalMessage, caller: Caller) -> None:
    made.people(1)
    problem(caller.send(values={"order": "  \n "}), 422, "value_missing")


def test_a_value_nobody_asks_for_is_not_dropped_silently(message: TransactionalMessage, caller: Caller) -> None:
    made.people(1)
    body = problem(caller.send(values={"order": "1", "ordre": "1"}), 422, "value_unknown")
    assert pointers(body) == ["#/values/ordre"]


def test_an_empty_field_of_the_contact_is_the_contacts_fault(channel: Channel, caller: Caller) -> None:
    made.order_confirmation(channel, fallback=None)
    made.people(1, named=False)
    body = problem(caller.send(), 422, "value_missing")
    assert pointers(body) == ["#/recipient"]


@pytest.mark.parametrize("phone", ["333 0000000", "+39", "abc", "", "+39 333 0000000 ext 4"])
def test_a_bad_number_is_refused(message: TransactionalMessage, caller: Caller, phone: str) -> None:
    body = problem(caller.send(recipient={"phone": phone}), 422, "recipient_invalid")
    assert pointers(body) == ["#/recipient/phone"]
    assert not re.search("333 ?0000000", str(body))  # no part shorter: the number of the request is drawn by lot


@pytest.mark.parametrize(
    ("phone", "code"),
    [
        ("+39800123456", "phone_toll_free"),
        ("+3933312300011", "phone_too_long"),
        ("+39 06 1234567/8", "phone_two_numbers"),
    ],
)
def test_a_number_nobody_can_be_written_to_at_is_refused_with_its_reason(
    message: TransactionalMessage, caller: Caller, phone: str, code: str
) -> None:
    body = problem(caller.send(recipient={"phone": phone}), 422, "recipient_invalid")
    assert [fault["code"] for fault in body["errors"]] == [code]
    assert "123" not in str(body["errors"])


def test_who_is_here_with_such_a_number_is_still_written_to(message: TransactionalMessage, caller: Caller) -> None:
    """Their consent and the provider decide, as before."""
    made.people(1)
    Contact.objects.update(phone="+3933312300011")
    assert caller.send(recipient={"phone": "+3933312300011"}).status_code == 202


def test_an_unknown_number_is_refused_unless_the_definition_makes_contacts(
    message: TransactionalMessage, caller: Caller
) -> None:
    problem(caller.send(), 422, "recipient_unknown")
    assert not Contact.objects.exists()


def test_an_unknown_number_with_its_consent_makes_a_contact(channel: Channel, caller: Caller) -> None:
    made.order_confirmation(channel, creates_contacts=True)
    answer = caller.send(consent={"source": "checkout", "text": "Accetto gli avvisi sul mio ordine"})
    assert answer.status_code == 202
    consent = Consent.objects.get()
    assert (consent.contact.phone, consent.value, consent.source) == ("+393330000000", "yes", "api")
    assert (consent.platform, consent.purpose) == ("whatsapp", "service")
    assert "Accetto gli avvisi" in consent.wording
    assert "checkout" in consent.wording


def test_without_consent_nothing_is_sent_and_nobody_is_made(channel: Channel, caller: Caller) -> None:
    made.order_confirmation(channel, creates_contacts=True)
    body = problem(caller.send(), 422, "no_opt_in")
    assert "Opt-in WhatsApp" in str(body["detail"])
    assert not Contact.objects.exists()
    assert not Delivery.objects.exists()
    assert not Idempotency.objects.exists()


def test_the_blacklist_beats_a_consent(message: TransactionalMessage, caller: Caller) -> None:
    made.people(1)
    suppress("whatsapp", "393330000000", "hand")
    problem(caller.send(consent={"source": "checkout", "text": "Sì"}), 422, "suppressed")


def test_a_template_switched_off_is_said_with_what_to_do(message: TransactionalMessage, caller: Caller) -> None:
    made.people(1)
    Template.objects.filter(name="conferma_ordine").update(active=False)
    body = problem(caller.send(), 422, "template_off")
    assert "Il template è disattivato." in str(body["detail"])
    assert "attivarlo" in str(body["detail"])
    assert not Delivery.objects.exists()


def test_switched_on_again_it_goes_again(message: TransactionalMessage, caller: Caller) -> None:
    made.people(1)
    Template.objects.filter(name="conferma_ordine").update(active=False)
    TemplateVariant.objects.update(revision=2)
    assert caller.send().status_code == 422
    Template.objects.update(active=True)
    TemplateVariant.objects.update(revision=3)
    assert caller.send().status_code == 202
    message.refresh_from_db()
    assert message.accepted_revision == 3


def test_a_changed_template_holds_it_until_somebody_accepts(message: TransactionalMessage, caller: Caller) -> None:
    made.people(1)
    TemplateVariant.objects.update(fingerprint="another", revision=2)
    problem(caller.send(), 422, "template_changed")
    define.accept(TransactionalMessage.objects.select_related("variant__template", "channel").get(), None)
    assert caller.send().status_code == 202


def test_a_refused_channel_key_is_503_with_a_time_to_come_back(message: TransactionalMessage, caller: Caller) -> None:
    made.people(1)
    Channel.objects.update(state=ConnectionState.REFUSED)
    answer = caller.send()
    problem(answer, 503, "key_refused")
    assert answer.headers["Retry-After"] == "60"


def test_a_reset_channel_holds_it(message: TransactionalMessage, channel: Channel, caller: Caller) -> None:
    made.people(1)
    channel.delete()
    problem(caller.send(), 503, "channel_removed")


def test_a_definition_switched_off_refuses(message: TransactionalMessage, caller: Caller) -> None:
    made.people(1)
    define.switch(message, on=False, by=None)
    problem(caller.send(), 422, "message_off")


def test_refused_calls_are_kept_without_numbers_and_values(message: TransactionalMessage, caller: Caller) -> None:
    made.people(1)
    answer = caller.send(values={"order": ""})
    kept = ApiCall.objects.get()
    assert str(kept.request_id) == answer.json()["request_id"] == answer.headers["X-Request-ID"]
    assert (kept.status, kept.code, kept.pointers) == (422, "value_missing", ["#/values/order"])
    assert (kept.token_name, kept.transactional) == ("negozio", message)


def test_errors_speak_the_language_of_the_call(message: TransactionalMessage) -> None:
    _, token = tokens.issue("shop", None)
    assert Caller(token, "en").send().json()["title"] == "Recipient unknown"
    assert Caller(token, "it").send().json()["title"] == "Destinatario sconosciuto"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "#/recipient"),
        ({"recipient": {"phone": 3}}, "#/recipient/phone"),
        ({"recipient": {"phone": "+39"}, "valori": {}}, "#/valori"),
        ({"recipient": {"phone": "+39"}, "values": {"order": []}}, "#/values/order"),
        ({"recipient": {"phone": "+39"}, "values": {"order": "a\0b"}}, "#/values/order"),
        ({"recipient": {"phone": "+39"}, "consent": {"source": "x", "text": "a\0b"}}, "#/consent/text"),
        ({"recipient": {"phone": "+39"}, "consent": {"source": "x"}}, "#/consent/text"),
    ],
)
def test_a_body_of_another_form_is_pointed_at(
    message: TransactionalMessage, caller: Caller, body: dict[str, object], pointer: str
) -> None:
    told = problem(caller.send(body=body), 422, "request_invalid")
    assert pointer in pointers(told)


def test_a_body_that_is_no_json_is_said(message: TransactionalMessage, caller: Caller) -> None:
    problem(caller.send(body="{"), 400, "body_not_json")


def test_the_definitions_can_be_listed_with_their_trouble(message: TransactionalMessage, caller: Caller) -> None:
    row = caller.get("/transactional-messages").json()[0]
    assert (row["name"], row["values"], row["problem"], row["enabled"]) == ("order-confirmation", ["order"], None, True)
    assert row["channel"] == {"id": "24001", "name": "Assistenza clienti"}
    Template.objects.update(active=False)
    assert caller.get("/transactional-messages").json()[0]["problem"] == "template_off"


def test_the_openapi_document_is_served(client: Client, db: None) -> None:
    document = client.get("/api/v1/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert "/api/v1/transactional-messages/{name}/send" in document["paths"]
    assert document["components"]["securitySchemes"]["Bearer"]["scheme"] == "bearer"


def test_a_call_may_say_when_it_is_worthless(message: TransactionalMessage, caller: Caller) -> None:
    made.people(1)
    before = now()
    assert caller.send(expires_in=90).status_code == 202
    expires_at = Delivery.objects.get().expires_at
    assert expires_at is not None
    assert timedelta(seconds=89) < expires_at - before < timedelta(seconds=100)


@pytest.mark.parametrize("wrong", [0, -1, 30 * 86_400 + 1, "90", 1.5])
def test_an_absurd_deadline_is_refused(message: TransactionalMessage, caller: Caller, wrong: object) -> None:
    made.people(1)
    assert pointers(problem(caller.send(expires_in=wrong), 422, "request_invalid")) == ["#/expires_in"]
    assert not Delivery.objects.exists()


def test_what_waits_can_be_taken_back_and_twice_is_as_once(message: TransactionalMessage, caller: Caller) -> None:
    made.people(1)
    number = caller.send().json()["id"]
    for _ in range(2):
        told = caller.post(f"/deliveries/{number}/cancel")
        assert (told.status_code, told.json()["state"], told.json()["reason"]) == (200, "cancelled", "withdrawn")


@pytest.mark.parametrize("state", [DeliveryState.SENDING, DeliveryState.SENT, DeliveryState.UNCERTAIN])
def test_what_has_left_cannot_be_taken_back(message: TransactionalMessage, caller: Caller, state: str) -> None:
    made.people(1)
    number = caller.send().json()["id"]
    Delivery.objects.update(state=state)
    problem(caller.post(f"/deliveries/{number}/cancel"), 409, "not_waiting")
    assert Delivery.objects.get().state == state


def test_a_message_of_a_communication_is_not_the_callers(channel: Channel, caller: Caller) -> None:
    row = Delivery.objects.create(kind="communication", channel=channel, address="39333", state="waiting")
    problem(caller.post(f"/deliveries/{row.public_id}/cancel"), 404, "delivery_unknown")
    assert Delivery.objects.get().state == "waiting"
