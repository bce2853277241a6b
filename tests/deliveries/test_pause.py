"""Paused by a person: nobody new is written to, who waits goes on waiting, nothing is accepted behind their back."""

import pytest
from django.test import Client

from engage_simulator.testing import Engage
from staffetta.accounts.models import AuditEntry
from staffetta.channels.message_templates.switch import switch
from staffetta.channels.models import Channel, TemplateVariant
from staffetta.cli.main import main
from staffetta.communications import stop
from staffetta.communications.hold import StillHeld, resume
from staffetta.communications.models import Communication, CommunicationState
from staffetta.communications.pause import pause
from staffetta.deliveries.planning import plan
from tests.deliveries import ledger


def again(communication: Communication) -> Communication:
    communication.refresh_from_db()
    return communication


def test_what_is_paused_sends_nothing_and_resumes_where_it_was(channel: Channel, engage: Engage) -> None:
    ledger.people(5)
    communication = ledger.planned(channel)
    assert pause(communication, None)
    ledger.run()
    assert again(communication).state == CommunicationState.PAUSED
    assert communication.held_reason == ""
    assert ledger.states_of(communication) == {"waiting": 5}
    assert engage.ledger() == []
    resume(again(communication), None)
    ledger.run()
    assert again(communication).state == CommunicationState.DONE
    assert communication.paused_at is None
    assert len({row["recipient"] for row in engage.ledger()}) == len(engage.ledger()) == 5


def test_paused_while_it_is_prepared_it_goes_on_with_preparing(channel: Channel) -> None:
    ledger.people(3)
    communication = ledger.draft(channel)
    assert pause(communication, None)
    assert not plan.plan(communication.pk)
    assert ledger.states_of(communication) == {}
    resume(again(communication), None)
    assert again(communication).state == CommunicationState.PLANNING
    while plan.plan(communication.pk):
        pass
    assert ledger.states_of(communication) == {"waiting": 3}


def test_what_is_over_cannot_be_paused(channel: Channel) -> None:
    ledger.people(1)
    communication = ledger.planned(channel)
    ledger.run()
    assert not pause(again(communication), None)
    assert again(communication).state == CommunicationState.DONE


def test_a_test_send_goes_out_while_the_communication_is_paused(channel: Channel, engage: Engage) -> None:
    person = ledger.people(1)[0]
    communication = ledger.planned(channel)
    pause(communication, None)
    ledger.transactional(channel, person)
    ledger.run()
    assert len(engage.ledger()) == 1
    assert ledger.states_of(communication) == {"waiting": 1}


def test_what_is_paused_can_be_stopped(channel: Channel) -> None:
    ledger.people(2)
    communication = ledger.planned(channel)
    pause(communication, None)
    assert stop.stop(again(communication), None)
    ledger.run()
    assert ledger.states_of(communication) == {"cancelled": 2}
    assert again(communication).paused_at is None


def test_a_template_that_changed_meanwhile_is_not_accepted_by_resuming(channel: Channel) -> None:
    ledger.people(2)
    communication = ledger.planned(channel)
    pause(communication, None)
    assert communication.variant
    TemplateVariant.objects.filter(pk=communication.variant.pk).update(fingerprint="another", revision=2)
    with pytest.raises(StillHeld) as told:
        resume(Communication.objects.get(pk=communication.pk), None)
    assert told.value.trouble == "template_changed"
    assert (again(communication).state, communication.held_reason) == (CommunicationState.HELD, "template_changed")


def test_a_template_switched_off_meanwhile_holds_instead_of_going_on(channel: Channel, engage: Engage) -> None:
    ledger.people(2)
    communication = ledger.planned(channel)
    assert communication.variant
    pause(communication, None)
    switch(channel, [communication.variant.template_id], on=False)
    with pytest.raises(StillHeld):
        resume(Communication.objects.get(pk=communication.pk), None)
    ledger.run()
    assert (again(communication).state, communication.held_reason) == (CommunicationState.HELD, "template_off")
    assert engage.ledger() == []


def test_the_page_pauses_and_resumes_and_the_audit_log_knows_who(channel: Channel, as_operator: Client) -> None:
    ledger.people(3)
    communication = ledger.planned(channel)
    page = f"/communications/{communication.pk}/"
    assert "Pausa" in as_operator.get(page).content.decode()
    told = as_operator.post(f"{page}pause/", follow=True).content.decode()
    assert "In pausa" in told
    assert "3 persone sono ancora in attesa" in told
    assert "Riprendi" in told
    assert "L’invio riprende" in as_operator.post(f"{page}resume/", follow=True).content.decode()
    assert again(communication).state == CommunicationState.RUNNING
    deeds = list(AuditEntry.objects.order_by("pk").values_list("deed", "actor_name"))
    assert [deed for deed in deeds if deed[0].startswith("communication_")] == [
        ("communication_paused", "ottavio"), ("communication_resumed", "ottavio"),
    ]  # fmt: skip


def test_the_commands_pause_and_resume(channel: Channel, capsys: pytest.CaptureFixture[str]) -> None:
    ledger.people(1)
    communication = ledger.planned(channel)
    assert main(["communications", "resume", str(communication.pk)]) == 1
    assert main(["communications", "pause", str(communication.pk)]) == 0
    assert again(communication).state == CommunicationState.PAUSED
    assert main(["communications", "pause", str(communication.pk)]) == 1
    assert main(["communications", "resume", str(communication.pk), "--yes"]) == 0
    assert again(communication).state == CommunicationState.RUNNING
    capsys.readouterr()
