"""What fails too often stops by itself, says why, and goes on by a success or a person. Over the wire."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import translation
from pytest_django import Settings

from engage_simulator.testing import Engage
from staffetta.accounts.models import AuditEntry, User
from staffetta.channels.models import Channel
from staffetta.communications import hold
from staffetta.communications.models import Communication, CommunicationState
from staffetta.deliveries.ledger.counts import counts_of, reconcile
from staffetta.deliveries.ledger.retry_table import CHANNEL_IN_A_ROW, TEMPLATE_IN_A_ROW
from staffetta.deliveries.models import Breaker, Delivery
from staffetta.deliveries.sending import breaker
from staffetta.notices import wording
from staffetta.notices.models import Incident
from tests.deliveries.ledger import people, planned, run, states_of, transactional
from tests.wire import refused_port

SENDS = {"operation": "send_notification"}


def refuse(engage: Engage, **match: object) -> None:
    engage.fault("answer", match={**SENDS, **match}, status=400, code=1021, reason="Parameter id")


def incident(kind: str) -> Incident:
    return Incident.objects.get(kind=kind, closed_at=None)


def template_row(client: Client, channel: Channel, name: str) -> str:
    """Return the template's row on the channel's tab WhatsApp."""
    page = client.get(f"/engage/channels/{channel.pk}/whatsapp/").content.decode()
    template = channel.templates.get(name=name)
    return page.partition(f'<tr id="template-{template.pk}"')[2].partition("</tr>")[0]


def test_a_communication_of_which_too_many_are_refused_is_held_with_its_numbers(
    channel: Channel, other_channel: Channel, engage: Engage, as_operator: Client
) -> None:
    contacts = people(100)
    communication, other = planned(channel), planned(other_channel)
    refuse(engage, recipient=[(each.phone or "").removeprefix("+") for each in contacts[::3]], channel="31001")
    run()
    communication.refresh_from_db()
    assert (communication.state, communication.held_reason) == (CommunicationState.HELD, "too_many_refused")
    found = states_of(communication)
    assert found["sent"] + found["failed"] >= 20
    assert found["waiting"] > 40, "what was marked at that moment, and no more"
    assert reconcile([communication.pk]) == []
    row = Breaker.objects.get(kind="communication")
    assert row.failures / row.tried > 0.2
    page = as_operator.get(f"/communications/{communication.pk}/").content.decode()
    assert f"{row.failures} degli ultimi {row.tried} messaggi sono stati rifiutati per lo stesso motivo" in page
    assert f"/communications/{communication.pk}/resume/" in page
    assert incident("communication_refused_often").detail == f"{row.failures}/{row.tried}"
    assert AuditEntry.objects.filter(deed="communication_held").count() == 1
    assert states_of(other) == {"sent": 100}, "the other channel saw none of it"


def test_a_person_resumes_it_and_it_is_judged_anew(channel: Channel, engage: Engage, operator: User) -> None:
    people(100)
    communication = planned(channel)
    refuse(engage, nth=list(range(1, 41, 2)))
    run()
    communication.refresh_from_db()
    assert communication.held_reason == "too_many_refused"
    engage.clear_faults()
    refuse(engage, nth=[3, 30])
    hold.resume(communication, operator)
    assert breaker.close_what_went_on() == 1
    assert not Incident.objects.filter(closed_at=None).exists()
    run()
    communication.refresh_from_db()
    assert communication.state == CommunicationState.DONE, "a few more refusals among eighty are no reason"
    assert states_of(communication)["sent"] >= 70
    assert engage.summary()["duplicates"] == []


def test_people_who_cannot_be_written_to_are_no_fault_of_the_communication(channel: Channel, engage: Engage) -> None:
    people(40)
    communication = planned(channel)
    engage.fault("answer", match=SENDS, status=412, code=412, reason="User is stopped")
    run()
    assert counts_of(communication.pk) == {("failed", "not_deliverable"): 40}
    assert not Incident.objects.exists()


def test_nineteen_refusals_are_too_few_to_judge(channel: Channel, engage: Engage) -> None:
    people(19)
    communication = planned(channel)
    refuse(engage)
    run()
    communication.refresh_from_db()
    assert communication.state == CommunicationState.DONE
    assert states_of(communication) == {"failed": 19}


def test_a_template_refused_again_and_again_holds_whoever_uses_it(
    channel: Channel, engage: Engage, as_operator: Client
) -> None:
    contacts = people(30)
    for each in contacts[: TEMPLATE_IN_A_ROW - 1]:
        transactional(channel, each)
    refuse(engage)
    run()
    assert not Incident.objects.exists(), "nobody is told before it is enough"
    communication = planned(channel, "avviso")
    run()
    communication.refresh_from_db()
    assert (communication.state, communication.held_reason) == (CommunicationState.HELD, "template_failing")
    told = incident("template_refused_often")
    row = template_row(as_operator, channel, "avviso")
    assert "messaggi di fila sono stati rifiutati" in row
    assert f'href="{wording.of(told).url}"' in row
    assert "di fila" not in template_row(as_operator, channel, "saluto")
    assert "/messages/paused/template/" in wording.of(told).url
    page = as_operator.get(wording.of(told).url).content.decode()
    assert "messaggi di fila sono stati rifiutati" in page
    engage.clear_faults()
    as_operator.post(f"{wording.of(told).url}again/")
    assert not Incident.objects.filter(closed_at=None).exists()
    assert "di fila" not in template_row(as_operator, channel, "avviso")
    assert AuditEntry.objects.filter(deed="template_tried_again").exists()
    hold.resume(communication, None)
    run()
    communication.refresh_from_db()
    assert communication.state == CommunicationState.DONE


def test_the_incident_tells_how_many_it_has_become(channel: Channel, engage: Engage, as_operator: Client) -> None:
    refuse(engage)
    people(TEMPLATE_IN_A_ROW + 90)
    communication = planned(channel)
    run()
    at_first = int(incident("template_refused_often").detail)
    communication.refresh_from_db()
    hold.resume(communication, None)
    run()
    so_far = Breaker.objects.get(kind="template").failures
    assert so_far > at_first
    told = incident("template_refused_often")
    assert (told.detail, told.failures) == (str(so_far), 1)
    page = as_operator.get("/communications/").content.decode()
    assert f"{so_far} messaggi di fila sono stati rifiutati" in page


@pytest.mark.parametrize("accepted_first", [0, 3], ids=["refused whole", "refused after the third"])
def test_a_communication_refused_whole_opens_one_incident_that_of_its_template(
    accepted_first: int, channel: Channel, engage: Engage
) -> None:
    people(100)
    communication = planned(channel)
    refuse(engage, nth=list(range(accepted_first + 1, 101)))
    run()
    breaker.close_what_went_on()
    communication.refresh_from_db()
    assert (communication.state, communication.held_reason) == (CommunicationState.HELD, "template_failing")
    assert list(Incident.objects.filter(closed_at=None).values_list("kind", flat=True)) == ["template_refused_often"]
    assert states_of(communication)["waiting"] > 40
    engage.clear_faults()
    refuse(engage, nth=[2])
    hold.resume(communication, None)
    run()
    communication.refresh_from_db()
    assert communication.state == CommunicationState.DONE, "what was in flight when it was held is not held against it"
    assert not Incident.objects.filter(closed_at=None).exists(), "the first message that was taken closed it"
    assert engage.summary()["duplicates"] == []


def test_one_accepted_message_ends_the_templates_refusals(channel: Channel, engage: Engage) -> None:
    for each in people(TEMPLATE_IN_A_ROW + 5):
        transactional(channel, each)
    refuse(engage, nth=list(range(1, TEMPLATE_IN_A_ROW + 3)))
    run()
    assert not Incident.objects.filter(closed_at=None).exists()
    assert Breaker.objects.get(kind="template").failures == 0


def test_a_provider_that_does_not_answer_costs_few_people_and_goes_on_by_a_success(
    channel: Channel, other_channel: Channel, engage: Engage, later: Callable[[float], None], as_operator: Client
) -> None:
    people(60)
    communication, other = planned(channel), planned(other_channel)
    engage.fault("answer", match={**SENDS, "channel": "31001"}, status=500, accepted=False)
    run()
    found = states_of(communication)
    assert found["uncertain"] < CHANNEL_IN_A_ROW + 8
    assert found["uncertain"] + found["waiting"] == 60
    assert states_of(other) == {"sent": 60}
    communication.refresh_from_db()
    assert communication.state == CommunicationState.RUNNING, "its messages wait; nobody has to resume"
    told = incident("channel_silent")
    assert told.cause == "server_fault"
    page = as_operator.get(f"/engage/channels/{channel.pk}/").content.decode()
    assert f"/messages/paused/channel/{channel.pk}/" in page
    later(10)
    run()
    assert states_of(communication)["uncertain"] == found["uncertain"] + 1, "one message tried it, and the rest grew"
    assert Breaker.objects.get(kind="channel", subject=channel.pk).openings == 2
    engage.clear_faults()
    later(60)
    run()
    assert states_of(communication) == {"uncertain": found["uncertain"] + 1, "sent": 59 - found["uncertain"]}
    assert not Incident.objects.filter(closed_at=None).exists()
    assert engage.summary()["duplicates"] == []
    assert reconcile([communication.pk]) == []


def test_a_person_lets_a_paused_channel_try_at_once(
    channel: Channel, engage: Engage, as_operator: Client, as_viewer: Client
) -> None:
    people(30)
    communication = planned(channel)
    engage.fault("reset", match=SENDS, accepted=False)
    run()
    engage.clear_faults()
    waiting = states_of(communication)["waiting"]
    run()
    assert states_of(communication)["waiting"] == waiting, "it rests"
    address = f"/messages/paused/channel/{channel.pk}/"
    assert "Riprova ora" not in as_viewer.get(address).content.decode()
    assert as_viewer.post(f"{address}again/").status_code == 403
    page = as_operator.get(address).content.decode()
    assert "Riprova ora" in page
    as_operator.post(f"{address}again/")
    run()
    assert states_of(communication)["sent"] == waiting
    assert AuditEntry.objects.get(deed="channel_tried_again").actor is not None
    assert "Il canale invia" in as_operator.get(address).content.decode()


def test_single_messages_count_too_one_session_after_the_other(channel: Channel, engage: Engage) -> None:
    contacts = people(CHANNEL_IN_A_ROW + 2)
    engage.fault("reset", match=SENDS, accepted=False)
    for each in contacts:
        transactional(channel, each)
        run()
    assert Delivery.objects.filter(state="uncertain").count() == CHANNEL_IN_A_ROW
    assert Delivery.objects.filter(state="waiting").count() == 2


def test_no_connection_for_long_is_told_and_fails_nobody(
    channel: Channel, engage: Engage, settings: Settings, later: Callable[[float], None]
) -> None:
    people(30)
    communication = planned(channel)
    settings.ENGAGE_URL = f"http://127.0.0.1:{refused_port()}"
    for seconds in range(0, 600, 5):  # how often they are tried until then is partly chance
        later(seconds)
        run(2)
        if Incident.objects.filter(kind="channel_silent").exists():
            break
    assert states_of(communication) == {"waiting": 30}
    assert incident("channel_silent").cause == "unreachable"
    settings.ENGAGE_URL = engage.url
    later(7200)
    run()
    assert states_of(communication) == {"sent": 30}
    assert not Incident.objects.filter(closed_at=None).exists()


@pytest.mark.parametrize(("language", "words"), [("it", "in pausa"), ("en", "sending pauses")])
def test_the_incident_speaks_both_languages(db: None, language: str, words: str) -> None:
    told = Incident(kind="channel_silent", subject="1", subject_name="Prova", cause="timed_out", detail="10")
    with translation.override(language):
        assert words in wording.of(told).title


def test_a_run_without_failures_writes_no_breaker(channel: Channel) -> None:
    people(50)
    communication = planned(channel)
    run()
    assert states_of(communication) == {"sent": 50}
    assert not Breaker.objects.exists()
    assert Communication.objects.get().state == CommunicationState.DONE
