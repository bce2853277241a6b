"""Defining a transactional message, its page with the call, and the switch."""

import json
import subprocess

from django.test import Client
from pytest_django import DjangoAssertNumQueries

from staffetta.accounts import tokens
from staffetta.accounts.models import AuditEntry
from staffetta.channels.models import Channel, TemplateVariant
from staffetta.communications.models import TransactionalMessage
from staffetta.communications.views.call import example_call
from tests.api.caller import Caller
from tests.communications import made

NEW = "/transactional-messages/new/"


def typed(channel: Channel, **more: str) -> dict[str, str]:
    return {
        "name": "order-confirmation", "platform": "whatsapp", "channel": str(channel.pk), "template": "conferma_ordine",
        "language": "it", "parameters": "order, total", "source_1": "field:first_name", "fallback_1": "cliente",
        "source_2": "value:order", **more,
    }  # fmt: skip


def test_defining_one_says_which_values_the_caller_passes(channel: Channel, as_operator: Client) -> None:
    answer = as_operator.post(NEW, typed(channel, creates_contacts="on"))
    row = TransactionalMessage.objects.get()
    assert answer.headers["Location"] == "/transactional-messages/order-confirmation/"
    assert (row.parameters, row.creates_contacts) == (["order", "total"], True)
    assert row.mapping["2"] == {"source": "value:order", "fallback": None}
    assert AuditEntry.objects.filter(deed="transactional_created").exists()


def test_the_values_named_become_choices_at_once(channel: Channel, as_operator: Client) -> None:
    asked = typed(channel, parameters="ordine")
    part = as_operator.post(f"{NEW}?update=1", asked, headers={"HX-Request": "true"}).content.decode()
    assert '<option value="value:ordine">ordine</option>' in part
    assert 'value="value:order"' not in part
    assert "invalid-feedback" not in part


def test_names_that_cannot_be_are_refused_with_what_was_typed_kept(channel: Channel, as_operator: Client) -> None:
    made.order_confirmation(channel)
    for wrong in ({"name": "order-confirmation"}, {"name": "new"}, {"name": "a b"}, {"parameters": "Order Nr"}):
        page = as_operator.post(NEW, typed(channel, **wrong)).content.decode()
        assert 'aria-invalid="true"' in page
        assert all(f'value="{text}"' in page for text in wrong.values())
    assert TransactionalMessage.objects.count() == 1


def test_changing_one_keeps_its_name_free_for_itself(channel: Channel, as_operator: Client) -> None:
    made.order_confirmation(channel)
    as_operator.post("/transactional-messages/order-confirmation/edit/", typed(channel, fallback_1="amico"))
    assert TransactionalMessage.objects.get().mapping["1"]["fallback"] == "amico"


def test_its_page_shows_the_call_and_where_values_come_from(channel: Channel, as_viewer: Client) -> None:
    made.order_confirmation(channel)
    page = as_viewer.get("/transactional-messages/order-confirmation/").content.decode()
    assert "/api/v1/transactional-messages/order-confirmation/send" in page
    assert "Idempotency-Key" in page
    assert "valore della chiamata" in page
    assert "altrimenti «cliente»" in page


def test_the_example_is_what_the_api_takes(channel: Channel, as_viewer: Client) -> None:
    """The shell reads the example's body as it stands on the page."""
    message = made.order_confirmation(channel)
    contact = made.people(1)[0]
    contact.phone = "+393331234567"
    contact.save()
    lines = example_call(message, "http://x/api/v1").splitlines()
    shell = ["sh", "-c", f"printf %s {lines[-1].strip().removeprefix('-d ')}"]
    body = subprocess.run(shell, capture_output=True, check=True)
    sent = Caller(tokens.issue("prova", None)[1]).send(body=json.loads(body.stdout))
    assert sent.status_code == 202


def test_last_messages_and_refused_calls_are_on_its_page(channel: Channel, as_viewer: Client) -> None:
    made.order_confirmation(channel)
    made.people(1)
    caller = Caller(tokens.issue("negozio", None)[1])
    caller.send()
    caller.send(key="k-2", values={})
    page = as_viewer.get("/transactional-messages/order-confirmation/").content.decode()
    assert "/messages/" in page
    assert "Valore mancante" in page
    assert "#/values/order" in page
    assert "negozio" in page


def test_switching_off_and_on(channel: Channel, as_operator: Client) -> None:
    made.order_confirmation(channel)
    as_operator.post("/transactional-messages/order-confirmation/switch/", {"on": "0"})
    assert not TransactionalMessage.objects.get().enabled
    as_operator.post("/transactional-messages/order-confirmation/switch/", {"on": "1"})
    assert TransactionalMessage.objects.get().enabled
    assert list(AuditEntry.objects.values_list("deed", flat=True).order_by("pk"))[-2:] == [
        "transactional_off",
        "transactional_on",
    ]


def test_a_changed_template_is_shown_and_accepted(channel: Channel, as_operator: Client) -> None:
    message = made.order_confirmation(channel)
    TemplateVariant.objects.filter(transactionalmessages=message).update(
        components=[{"type": "BODY", "text": "Gentile {{1}}, ordine {{2}} ricevuto."}], fingerprint="new", revision=2
    )
    page = as_operator.get("/transactional-messages/order-confirmation/").content.decode()
    assert "Sospeso" in page
    assert "ordine {{2}} ricevuto" in page
    as_operator.post("/transactional-messages/order-confirmation/accept/")
    message.refresh_from_db()
    assert message.accepted_fingerprint == "new"


def test_deleting_asks_first(channel: Channel, as_operator: Client) -> None:
    made.order_confirmation(channel)
    assert as_operator.get("/transactional-messages/order-confirmation/delete/").status_code == 200
    assert TransactionalMessage.objects.exists()
    as_operator.post("/transactional-messages/order-confirmation/delete/")
    assert not TransactionalMessage.objects.exists()


def test_the_list_names_what_is_held(
    channel: Channel, as_viewer: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    made.order_confirmation(channel)
    channel.templates.filter(name="conferma_ordine").update(active=False)
    as_viewer.get("/transactional-messages/")
    with django_assert_num_queries(5):  # session, person, notices, the rows, whether a channel is connected
        page = as_viewer.get("/transactional-messages/").content.decode()
    assert "Il template è disattivato." in page


def test_viewers_change_nothing(channel: Channel, as_viewer: Client) -> None:
    made.order_confirmation(channel)
    assert as_viewer.get(NEW).status_code == 403
    for deed in ("edit", "switch", "accept", "delete"):
        assert as_viewer.post(f"/transactional-messages/order-confirmation/{deed}/").status_code == 403


def test_a_time_after_which_it_is_useless_is_kept_and_shown(channel: Channel, as_operator: Client) -> None:
    assert as_operator.post(NEW, typed(channel, expires_in="0")).status_code == 200, "no time at all is refused"
    as_operator.post(NEW, typed(channel, expires_in="30"))
    row = TransactionalMessage.objects.get()
    assert row.expires_in == 30
    assert "30 minuti" in as_operator.get(f"/transactional-messages/{row.name}/").content.decode()
    assert 'value="30"' in as_operator.get(f"/transactional-messages/{row.name}/edit/").content.decode()
