"""A scenario of two items at least for every lane, and the fault that makes the first of them raise."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult
from pytest_django import Settings

from engage_simulator.testing import Engage
from staffetta.accounts.models import Role
from staffetta.channels.models import Channel, Template
from staffetta.communications.models import Communication, CommunicationState
from staffetta.contacts.imports import import_file
from staffetta.contacts.models import ConsentState, ContactActivity, Import, ImportState
from staffetta.contacts.record_models import TwinSearch
from staffetta.deliveries.models import Delivery, DeliveryState, SentNoted
from staffetta.events.models import ProviderEvent, ReadMark
from staffetta.notices import incidents
from staffetta.notices.models import Mail
from staffetta.sync import start as sync_start
from staffetta.sync.models import Kind, SyncRun
from staffetta.work import lanes, schedule, set_aside, sweep
from staffetta.work.clock import now
from staffetta.work.lanes import LaneContext
from staffetta.work.models import Lease
from staffetta.work.tasks import prune_old_rows
from tests.conftest import person
from tests.deliveries import ledger
from tests.sync.world import configuration

CONTEXT = LaneContext("test")


class Fault:
    """Makes the step of the first item that passes raise, then and ever after; the others work."""

    def __init__(self, lane: str, prefix: str, error: Exception) -> None:
        self.lane, self.prefix, self.error, self.subject = lane, prefix, error, ""

    def __call__(self, lane: str, subject: str, step: Callable[[], Any]) -> Any:
        if lane == self.lane and subject.startswith(self.prefix):
            self.subject = self.subject or subject
            if subject == self.subject:
                raise self.error
        return step()


@pytest.fixture
def fault(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Fault]:
    def inject(lane: str, prefix: str = "", error: Exception | None = None) -> Fault:
        injected = Fault(lane, prefix, error or KeyError("no item of this kind was ever seen"))
        monkeypatch.setattr(set_aside, "call", injected)
        return injected

    return inject


class World:
    """What a scenario is made in: two connected channels and a folder."""

    def __init__(self, channel: Channel, other: Channel, engage: Engage) -> None:
        self.channel, self.other, self.engage = channel, other, engage


@pytest.fixture
def world(channel: Channel, other_channel: Channel, engage: Engage, settings: Settings, tmp_path: Any) -> World:
    settings.MEDIA_ROOT = tmp_path
    settings.MAIL_HOST = "mail.example.org"
    return World(channel, other_channel, engage)


type Check = Callable[[], bool]


def lane_of(name: str) -> Callable[[LaneContext], bool]:
    [work] = [each.work for each in lanes.registered() if each.name == name]
    return work


def two_jobs(_world: World) -> Check:
    for _ in range(2):
        prune_old_rows.enqueue()
    return lambda: DBTaskResult.objects.filter(status=TaskResultStatus.SUCCESSFUL).count() == 1


def all_sweeps(_world: World) -> Check:
    assert len(sweep.registered()) > 1
    return lambda: Lease.objects.filter(name__startswith="sweep:").count() == len(sweep.registered())


@task
def another_at_a_set_time() -> None:
    """A second task beside the shipped one."""


def two_times(_world: World) -> Check:
    schedule.cron("5 4 * * *")(another_at_a_set_time)
    names = [schedule._name(job) for job in schedule._declared()]
    assert len(names) > 1
    return lambda: Lease.objects.filter(name__in=names).count() == len(names) - 1


def two_scheduled(world: World) -> Check:
    ledger.people(1)
    for each in (world.channel, world.other):
        draft = ledger.draft(each)
        Communication.objects.filter(pk=draft.pk).update(
            state=CommunicationState.SCHEDULED, start_at=now() - timedelta(seconds=1), start_asked_at=None
        )
    return lambda: Communication.objects.exclude(state=CommunicationState.SCHEDULED).count() == 1


def two_to_plan(world: World) -> Check:
    ledger.people(1)
    for each in (world.channel, world.other):
        ledger.draft(each)
    return lambda: Communication.objects.filter(state=CommunicationState.RUNNING).count() == 1


def two_channels_to_send(world: World) -> Check:
    ledger.people(2)
    for each in (world.channel, world.other):
        ledger.planned(each)
    return lambda: Delivery.objects.filter(state=DeliveryState.SENT).count() == 2


def two_to_hold(world: World) -> Check:
    ledger.people(1)
    for each in (world.channel, world.other):
        ledger.planned(each)
    Template.objects.update(active=False)
    return lambda: Communication.objects.filter(state=CommunicationState.HELD).count() == 1


def two_uncertain(world: World) -> Check:
    ledger.people(2)
    for each in (world.channel, world.other):
        ledger.planned(each)
    Delivery.objects.update(state=DeliveryState.UNCERTAIN, not_before=now() - timedelta(minutes=1), attempt=1)
    return lambda: Delivery.objects.filter(looks=1).count() == 2


def two_sent_lately(world: World) -> Check:
    ledger.people(2)
    made = ledger.planned(world.channel)
    ledger.run()
    Delivery.objects.filter(communication=made).update(settled_at=now() - timedelta(minutes=5))
    return lambda: (
        ContactActivity.objects.filter(last_sent_at__isnull=False).count() == 1 and SentNoted.objects.exists()
    )


def two_messages_to_look_up(world: World) -> Check:
    two_uncertain(world)
    Delivery.objects.filter(channel=world.other).delete()
    return lambda: Delivery.objects.filter(looks=1).count() == 2  # the bad one gives its place up


def two_replies(world: World) -> Check:
    for each in ledger.people(2):
        address = str(each.phone).removeprefix("+")
        ProviderEvent.objects.create(channel=world.channel, key=address, kind="stopped", address=address)
    return lambda: ConsentState.objects.filter(value="no").values("contact").distinct().count() == 1


def two_people(world: World) -> Check:
    ledger.people(2)
    ledger.draft(world.channel)
    return lambda: (
        sorted(Delivery.objects.values_list("state", "reason")) == [("not_sent", "cannot_handle"), ("waiting", "")]
    )


def two_channels_to_read(_world: World) -> Check:
    return lambda: ReadMark.objects.filter(at__isnull=False).count() == 1


def two_imports(_world: World) -> Check:
    for number in (1, 2):
        content = f"Nome;Telefono\nAnna;+39 347 123 456{number}\n".encode()
        source = import_file.accept(io.BytesIO(content), f"{number}.csv", None)
        import_file.map_columns(source, {"Telefono": "phone"}, "", phone_mode="strict")
        import_file.start(source, None)
    return lambda: Import.objects.filter(state=ImportState.DONE).count() == 1


def two_searches(_world: World) -> Check:
    for _ in range(2):
        TwinSearch.objects.create()
    return lambda: TwinSearch.objects.filter(finished_at__isnull=False).count() == 1


def two_syncs(world: World) -> Check:
    for each in (world.channel, world.other):
        rows = [{"kind": Kind.FIRST_NAME, "contact_field": "first_name"}]
        sync_start.start(configuration(each, rows), None)
    return lambda: len([run for run in SyncRun.objects.all() if run.finished]) == 1


def two_writes(world: World) -> Check:
    for each in ledger.people(2):
        world.engage.put_customer(world.channel.provider_id, id=str(each.phone).removeprefix("+"))
    rows = [{"kind": Kind.FIRST_NAME, "contact_field": "first_name", "mode": "newest"}]
    run = sync_start.start(configuration(world.channel, rows, direction="to_engage"), None)

    def handled() -> bool:
        run.refresh_from_db()
        return (run.state, run.writes_done, run.writes_failed) == ("done", 1, 1)

    return handled


def two_mails(_world: World) -> Check:
    for name in ("anna", "bruna"):
        person(Role.ADMINISTRATOR, name)
    incidents.failure("strange", "1", "Strange", "unexpected")
    return lambda: Mail.objects.filter(sent_at__isnull=False).count() >= 1


SCENARIOS: dict[str, Callable[[World], Check]] = {
    "plan contact:": two_people,
    "look_up message:": two_messages_to_look_up,
    "events event:": two_replies,
    "sync write:": two_writes,
    "jobs": two_jobs,
    "sweep": all_sweeps,
    "schedule": two_times,
    "start": two_scheduled,
    "plan": two_to_plan,
    "dispatch": two_channels_to_send,
    "watch": two_to_hold,
    "look_up": two_uncertain,
    "note_sent": two_sent_lately,
    "events": two_channels_to_read,
    "import": two_imports,
    "twins": two_searches,
    "sync": two_syncs,
    "notices": two_mails,
}
