"""The report while a communication is under way: progress, stop, held and resumed."""

from django.test import Client

from engage_simulator.testing import Engage
from staffetta.channels.message_templates.switch import switch
from staffetta.channels.models import Channel, TemplateVariant
from staffetta.communications.models import Communication, CommunicationState
from staffetta.deliveries.models import DeliveryState
from staffetta.reports.numbers import numbers
from tests.deliveries import ledger


def test_progress_moves_by_itself_while_it_runs_and_rests_when_it_ends(channel: Channel, as_operator: Client) -> None:
    ledger.people(5)
    communication = ledger.planned(channel)
    part = as_operator.get(f"/communications/{communication.pk}/progress/").content.decode()
    assert 'hx-trigger="every 1s"' in part
    assert "0 di 5 completati" in part
    assert "<html" not in part
    ledger.run()
    part = as_operator.get(f"/communications/{communication.pk}/progress/").content.decode()
    assert "hx-trigger" not in part
    assert "Terminata" in part


def test_stopping_asks_first_and_cancels_who_waits(channel: Channel, engage: Engage, as_operator: Client) -> None:
    ledger.people(5)
    communication = ledger.planned(channel)
    asked = as_operator.get(f"/communications/{communication.pk}/stop/").content.decode()
    assert "Interrompi definitivamente" in asked
    communication.refresh_from_db()
    assert communication.state == CommunicationState.RUNNING
    as_operator.post(f"/communications/{communication.pk}/stop/")
    ledger.run()
    communication.refresh_from_db()
    assert communication.state == CommunicationState.STOPPED
    assert numbers(communication).by_state[DeliveryState.CANCELLED] == 5
    assert engage.ledger() == []


def test_stopping_what_is_over_says_so(channel: Channel, as_operator: Client) -> None:
    ledger.people(1)
    communication = ledger.planned(channel)
    ledger.run()
    answer = as_operator.post(f"/communications/{communication.pk}/stop/", follow=True)
    assert "già conclusa" in answer.content.decode()


def held(channel: Channel) -> Communication:
    """A communication under way whose template somebody switched off."""
    ledger.people(4)
    communication = ledger.planned(channel)
    assert communication.variant
    switch(channel, [communication.variant.template_id], on=False)
    ledger.run()
    communication.refresh_from_db()
    assert communication.state == CommunicationState.HELD
    return communication


def test_a_template_switched_off_holds_it_with_the_reason(channel: Channel, as_operator: Client) -> None:
    communication = held(channel)
    page = as_operator.get(f"/communications/{communication.pk}/").content.decode()
    assert "Sospeso: Il template è disattivato." in page
    assert "Accetta e riprendi" not in page
    answer = as_operator.post(f"/communications/{communication.pk}/resume/", follow=True)
    assert "Il template è disattivato." in answer.content.decode()
    communication.refresh_from_db()
    assert communication.state == CommunicationState.HELD


def test_switched_on_again_a_person_lets_it_go_on_and_nobody_is_lost(
    channel: Channel, engage: Engage, as_operator: Client
) -> None:
    communication = held(channel)
    assert communication.variant
    switch(channel, [communication.variant.template_id], on=True)
    page = as_operator.get(f"/communications/{communication.pk}/").content.decode()
    assert "Riprendi</button>" in page
    assert "Accetta e riprendi" not in page
    as_operator.post(f"/communications/{communication.pk}/resume/")
    ledger.run()
    assert numbers(communication).sent == len(engage.ledger()) == 4


def test_a_new_text_can_be_accepted_and_resumed(channel: Channel, as_operator: Client) -> None:
    ledger.people(2)
    communication = ledger.planned(channel)
    TemplateVariant.objects.filter(communications=communication).update(
        components=[{"type": "BODY", "text": "Salve {{1}}!"}], fingerprint="saluto-2", revision=2
    )
    Communication.objects.update(
        accepted_contract={
            "components": [{"type": "BODY", "text": ledger.BODY}],
            "variables": [{"key": "1", "component": "body", "kind": "text"}],
        }
    )
    ledger.run()
    page = as_operator.get(f"/communications/{communication.pk}/").content.decode()
    assert "Ciao {{1}}, benvenuto da noi." in page
    assert "Salve {{1}}!" in page
    assert "Accetta e riprendi" in page
    as_operator.post(f"/communications/{communication.pk}/resume/")
    communication.refresh_from_db()
    assert (communication.state, communication.held_reason) == (CommunicationState.RUNNING, "")


def test_other_variables_cannot_be_resumed(channel: Channel, as_operator: Client) -> None:
    ledger.people(2)
    communication = ledger.planned(channel)
    TemplateVariant.objects.filter(communications=communication).update(
        variables=[], fingerprint="saluto-3", revision=2
    )
    Communication.objects.update(accepted_contract={"variables": [{"key": "1", "component": "body", "kind": "text"}]})
    ledger.run()
    page = as_operator.get(f"/communications/{communication.pk}/").content.decode()
    assert "Accetta e riprendi" not in page
    assert "duplicala e scegli di nuovo i valori" in page


def test_nobody_is_said_to_have_got_it_before_everybody_did(channel: Channel, as_operator: Client) -> None:
    ledger.people(3)
    communication = ledger.planned(channel)
    as_operator.post(f"/communications/{communication.pk}/pause/")
    page = as_operator.get(f"/communications/{communication.pk}/").content.decode()
    assert "In pausa" in page
    assert "tutta l’audience" not in page
    as_operator.post(f"/communications/{communication.pk}/resume/")
    ledger.run()
    assert "tutta l’audience" in as_operator.get(f"/communications/{communication.pk}/").content.decode()


def test_paused_before_anybody_was_planned_it_counts_nobody(channel: Channel, as_operator: Client) -> None:
    ledger.people(3)
    communication = ledger.draft(channel)  # asked to start, and nobody planned yet
    as_operator.post(f"/communications/{communication.pk}/pause/")
    page = as_operator.get(f"/communications/{communication.pk}/").content.decode()
    assert "Non è stato scritto a nessuno, e a nessuno si scriverà finché qualcuno non riprende." in page
    assert "persone sono ancora in attesa" not in page
