"""What is set aside: told, counted, tried again; and what is no bad item but a database that is away."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from django.test import Client

from staffetta.events.apply import apply
from staffetta.notices.models import Incident, Mail
from staffetta.reports.health import all_lanes
from staffetta.work import set_aside
from staffetta.work.models import LaneBeat, SetAside
from tests.deliveries import ledger
from tests.deliveries.conftest import account, channel, engage, other_channel
from tests.work.bad_items import CONTEXT, Fault, World, fault, lane_of, two_replies, two_to_plan, world

__all__ = ["account", "channel", "engage", "fault", "other_channel", "world"]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    "error", [OperationalError("the server went away"), InterfaceError("connection already closed")], ids=type
)
def test_a_database_that_is_away_is_no_bad_item(world: World, fault: Callable[..., Fault], error: Exception) -> None:
    two_to_plan(world)
    fault("plan", error=error)
    with pytest.raises(type(error)):
        lane_of("plan")(CONTEXT)
    assert not SetAside.objects.exists()


def test_an_error_in_committing_is_no_bad_item() -> None:
    def refused_at_the_end() -> None:
        with transaction.atomic():  # both databases look at foreign keys when the transaction ends
            Mail.objects.create(incident_id=999_999, to_id=999_999)

    with pytest.raises(IntegrityError):
        set_aside.Items("notices").handle("incident:1", refused_at_the_end)
    assert not SetAside.objects.exists()


def test_what_is_set_aside_is_an_incident_named_in_health_and_closed_by_one_success(
    world: World, fault: Callable[..., Fault], client: Client, as_operator: Client
) -> None:
    two_to_plan(world)
    LaneBeat.objects.bulk_create(LaneBeat(lane=lane, worker="test") for lane in all_lanes())
    injected = fault("plan")
    lane_of("plan")(CONTEXT)
    answer = client.get("/health")
    assert (answer.status_code, answer.json()["status"]) == (200, "trouble")
    assert answer.json()["set_aside"] == {"plan": 1}
    [incident] = Incident.objects.filter(kind="set_aside", closed_at=None)
    assert (incident.subject, incident.detail) == ("plan", "1")
    page = as_operator.get("/system/set-aside/").content.decode()
    assert "Prova saluto" in page
    row = SetAside.objects.get()
    injected.error = IndexError("still not")
    lane_of("plan")(CONTEXT)
    row.refresh_from_db()
    assert row.attempts == 1, "it rests before it is tried again"
    as_operator.post("/system/set-aside/", {"item": str(row.pk)})
    lane_of("plan")(CONTEXT)
    row.refresh_from_db()
    assert row.attempts == 2
    as_operator.post("/system/set-aside/")
    injected.subject = "nothing"
    lane_of("plan")(CONTEXT)
    assert not SetAside.objects.exists()
    assert not Incident.objects.filter(closed_at=None).exists()
    assert client.get("/health").json()["status"] == "ok"


def test_a_person_whose_item_is_set_aside_is_not_written_to_meanwhile(
    world: World, fault: Callable[..., Fault]
) -> None:
    two_replies(world)
    waiting = ledger.planned(world.other)
    fault("events", "event:")
    apply(world.channel)
    assert sorted(waiting.deliveries.values_list("state", "reason")) == [
        ("not_sent", "no_opt_in"),
        ("not_sent", "set_aside"),
    ]
    assert sorted(ledger.planned(world.channel, "avviso").deliveries.values_list("reason", flat=True)) == [
        "no_opt_in",
        "set_aside",
    ]
