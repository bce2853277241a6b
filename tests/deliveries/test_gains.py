"""What each attempt gained: counted with the records, told by the report, nothing written when all goes well."""

from collections.abc import Callable

from django.test import Client
from pytest_django import Settings

from engage_simulator.testing import Engage
from staffetta.channels.models import Channel
from staffetta.communications.models import Communication
from staffetta.deliveries.ledger.gains import Gained, gained
from staffetta.deliveries.models import Attempt, AttemptCount
from staffetta.deliveries.sending import settle
from staffetta.reports.numbers import numbers
from tests.deliveries.ledger import people, planned, run, states_of
from tests.deliveries.test_pages import plain
from tests.wire import refused_port

SENDS = {"operation": "send_notification"}


def told(communication: Communication) -> Gained:
    return gained(communication.pk, numbers(communication).sent)


def test_a_run_in_which_all_goes_well_writes_nothing(channel: Channel, as_viewer: Client) -> None:
    people(20)
    communication = planned(channel)
    run()
    assert not AttemptCount.objects.exists()
    assert told(communication) == Gained()
    assert "Che cosa ha ottenuto" not in plain(as_viewer.get(f"/communications/{communication.pk}/").content.decode())


def test_the_second_attempt_gains_what_the_first_lost(
    channel: Channel, engage: Engage, settings: Settings, later: Callable[[float], None], as_viewer: Client
) -> None:
    people(20)
    communication = planned(channel)
    settings.ENGAGE_URL = f"http://127.0.0.1:{refused_port()}"
    run(1)
    lost = Attempt.objects.filter(outcome="unreachable").count()
    assert 0 < lost < 20, "the others were given back before anything was sent: that is no attempt"
    settings.ENGAGE_URL = engage.url
    later(7200)
    run()
    assert states_of(communication) == {"sent": 20}
    first, second = told(communication).attempts
    assert (first.accepted, first.lost) == (20 - lost, (("unreachable", lost),))
    assert (second.accepted, second.lost) == (lost, ())
    page = plain(as_viewer.get(f"/communications/{communication.pk}/").content.decode())
    assert "Che cosa ha ottenuto ogni tentativo" in page
    assert f"{lost} · Sinch Engage non è raggiungibile" in page


def test_refusals_and_what_a_person_settled_stand_apart(channel: Channel, engage: Engage) -> None:
    people(10)
    communication = planned(channel)
    engage.fault("answer", match={**SENDS, "nth": [1, 2]}, status=400, code=400, reason="no")
    engage.fault("reset", match={**SENDS, "nth": [3, 4, 5]}, accepted=True)
    run()
    one = settle.uncertain_of(communication).earliest("pk")
    settle.treat_as_sent(settle.uncertain_of(communication).filter(pk=one.pk), None)
    counted = told(communication)
    [first] = counted.attempts
    assert first.accepted == 5
    assert sorted(first.lost) == [("cut_off", 3), ("refused", 2)]
    assert counted.settled == 1
    assert first.accepted + counted.settled == numbers(communication).sent


def test_a_limit_is_no_attempt(channel: Channel, engage: Engage, later: Callable[[float], None]) -> None:
    people(5)
    communication = planned(channel)
    engage.fault("rate_limit", match={**SENDS, "nth": [1, 2]}, retry_after=1)
    run()
    later(60)
    run()
    assert states_of(communication) == {"sent": 5}
    assert told(communication) == Gained()
