"""People at the simulated provider and here, and runs driven to their end."""

from collections.abc import Sequence
from typing import Any

from staffetta.channels.models import Channel
from staffetta.contacts.models import Contact, ContactField
from staffetta.sync import decide_all, start
from staffetta.sync import run as lane
from staffetta.sync.judge import OUTCOMES
from staffetta.sync.models import Kind, SyncConfiguration, SyncDecision, SyncMapping, SyncRun, UndoState
from staffetta.work.lanes import LaneContext

ASSISTENZA = "24001"
CONTEXT = LaneContext("a worker of the tests")

type Row = dict[str, Any]


def number(place: int) -> str:
    """The id of made-up person number `place` at the provider: a valid Italian mobile number."""
    return f"39347{place:07d}"


def customer(place: int, name: str = "", **fields: str) -> Row:
    return {"id": number(place), "name": name, "customfields": fields}


def contact(place: int, first: str = "", last: str = "", **values: object) -> Contact:
    return Contact(phone=f"+{number(place)}", first_name=first, last_name=last, values=values)


def configuration(channel: Channel, rows: Sequence[Row] | None = None, **more: Any) -> SyncConfiguration:
    """A configuration; without rows that of story C: name split, citta only if empty, nato_il."""
    for name, kind in (("citta", "text"), ("nascita", "date")):
        ContactField.objects.get_or_create(name=name, defaults={"label": name.title(), "type": kind})
    made = SyncConfiguration.objects.create(channel=channel, **{"name": "Anagrafica", **more})
    for position, row in enumerate(STORY if rows is None else rows):
        SyncMapping.objects.create(configuration=made, position=position, **row)
    return made


STORY: list[Row] = [
    {"kind": Kind.FIRST_NAME, "contact_field": "first_name"},
    {"kind": Kind.LAST_NAME, "contact_field": "last_name"},
    {"customer_field": "citta", "type_seen": "text", "contact_field": "citta", "mode": "if_empty"},
    {"customer_field": "nato_il", "type_seen": "date", "contact_field": "nascita"},
]


def finish(run: SyncRun) -> SyncRun:
    """Let the lane work until the run has ended."""
    for _turn in range(500):
        run.refresh_from_db()
        if run.finished:
            return run
        SyncRun.objects.filter(pk=run.pk).update(not_before=run.created_at)
        lane.work(CONTEXT)
    raise AssertionError(f"the run never ended: {run.state} {run.problem}")


def ran(made: SyncConfiguration, *, rehearsal: bool = False) -> SyncRun:
    return finish(start.start(made, None, rehearsal=rehearsal))


def undone(run: SyncRun) -> SyncRun:
    start.undo(run, None)
    for _turn in range(500):
        lane.work(CONTEXT)
        run.refresh_from_db()
        if run.undo_state == UndoState.DONE:
            return run
    raise AssertionError("the undoing never ended")


def all_decided(made: SyncConfiguration, side: str) -> SyncDecision | None:
    """Ask for all open conflicts to be decided alike, and let the lane do it."""
    asked = decide_all.ask(made, side, None)
    return decided(asked) if asked else None


def decided(asked: SyncDecision) -> SyncDecision:
    """Let the lane work until all that was asked is decided."""
    for _turn in range(500):
        lane.work(CONTEXT)
        asked.refresh_from_db()
        if asked.finished_at:
            return asked
    raise AssertionError("the deciding never ended")


def counts(run: SyncRun) -> dict[str, int]:
    """The counters that are not zero."""
    return {name: getattr(run, name) for name in OUTCOMES if getattr(run, name)}


def people() -> dict[str, tuple[object, ...]]:
    rows = Contact.objects.values_list("phone", "first_name", "last_name", "values", "telegram_id", "external_id")
    return {str(phone): tuple(told) for phone, *told in rows}
