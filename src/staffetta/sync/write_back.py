"""Write to the provider what a run planned: each change is a row with its result.

Every change says what shall be, never "one more", so repeating one does no harm; still, a row whose answer is not known
is looked up first (GET /user/{id}) and written again only if it did not arrive.

A write that cannot be made is set aside with its reason, and the others go on; the next run finds it again.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from django.db import transaction
from django.db.models import F

from staffetta.connectors.contract import Connector
from staffetta.connectors.errors import ConnectorError, NotFound, NotPermitted, Ruling
from staffetta.connectors.messages import Customer
from staffetta.sync import own_states
from staffetta.sync.models import SyncLink, SyncRun, SyncWrite, WriteState
from staffetta.work import set_aside
from staffetta.work.clock import now

BATCH = 8
MOST_ATTEMPTS = 3
FOR_ALL = (Ruling.CHANNEL, Ruling.SLOW)
"""What is no write's own: the key, or a limit. The whole run waits or ends."""
CANNOT_HANDLE = "cannot_handle"
logger = logging.getLogger(__name__)
DUE = (WriteState.WAITING, WriteState.SENDING)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one write: without an error it is good. An error of our own is the write's alone."""

    write: SyncWrite
    error: Exception | None = None


def claim(run: SyncRun) -> list[SyncWrite]:
    """Mark the next writes as on their way, before anything leaves; [] when none are due."""
    writes = list(SyncWrite.objects.filter(run=run, state__in=DUE).order_by("pk")[:BATCH])
    SyncWrite.objects.filter(pk__in=[write.pk for write in writes]).update(
        state=WriteState.SENDING, attempts=F("attempts") + 1, at=now()
    )
    return writes


async def look(connector: Connector, writes: list[SyncWrite]) -> dict[int, Customer | Exception | None]:
    """Return, by write, the customers as they stand just before we stop or block them; None for one not known there."""

    async def look_at(write: SyncWrite) -> Customer | Exception | None:
        try:
            return await connector.read_customer(write.customer_id)
        except NotFound:
            return None
        except Exception as error:  # noqa: BLE001 - ours or the connector's: it is this write's alone
            return error

    seen = await asyncio.gather(*(look_at(write) for write in writes))
    return {write.pk: there for write, there in zip(writes, seen, strict=True)}


def not_looked_at(writes: list[SyncWrite]) -> list[SyncWrite]:
    """Return the writes of which we must know how the customer stood before."""
    return [write for write in writes if write.deed in own_states.SETS and write.ours is None]


def note_before(run: SyncRun, writes: list[SyncWrite], seen: Mapping[int, Customer | Exception | None]) -> list[Answer]:
    """Keep which of these states will be ours, before anything leaves; return what needs no write, or cannot be told.

    Who is stopped or blocked already is so by themselves: nothing is written, and it stays their word.
    """
    answered: list[Answer] = []
    with transaction.atomic():
        for write in not_looked_at(writes):
            there = seen[write.pk]
            if isinstance(there, Exception):
                answered.append(Answer(write, there))
                continue
            write.ours = there is not None and not getattr(there, own_states.SETS[write.deed])
            write.save(update_fields=["ours"])
            if there is not None and not write.ours:
                answered.append(Answer(write))
        own_states.mark(_channel(run), [write for write in writes if write.ours])
    return answered


async def send(connector: Connector, writes: list[SyncWrite]) -> list[Answer]:
    """Write them side by side; `attempts` is what it was before the claim."""
    return list(await asyncio.gather(*(_send_one(connector, write) for write in writes)))


async def _send_one(connector: Connector, write: SyncWrite) -> Answer:
    try:
        if write.attempts:
            there = await connector.read_customer(write.customer_id)
            if arrived(write, there):
                return Answer(write)
        await _ask(connector, write)
    except NotFound as error:
        return Answer(write, None if write.deed == "delete" else error)
    except Exception as error:  # noqa: BLE001 - ours or the connector's: it is this write's alone
        return Answer(write, error)
    return Answer(write)


async def _ask(connector: Connector, write: SyncWrite) -> None:
    if write.deed == "fields":
        await connector.write_customer(write.customer_id, write.name, write.fields)
    elif write.deed == "delete":
        await connector.delete_customer(write.customer_id)
    else:
        await connector.set_customer_state(write.customer_id, write.deed)


def arrived(write: SyncWrite, there: Customer | None) -> bool:
    """Say whether the provider is as the write wants it (pure)."""
    if write.deed == "delete" or there is None:
        return write.deed == "delete" and there is None
    if write.deed in ("stop", "start"):
        return there.stopped is (write.deed == "stop")
    if write.deed in ("block", "unblock"):
        return there.blocked is (write.deed == "block")
    return write.name in (None, there.name) and all(
        there.fields.get(name) == value for name, value in write.fields.items()
    )


def _channel(run: SyncRun) -> str:
    return str(run.configuration.channel.provider_id)


def record(run: SyncRun, answers: Sequence[Answer]) -> ConnectorError | None:
    """Keep the answers; return the error for which the whole run must wait or end, if there is one.

    Where others got through, an answer that may pass is its own write's fault: it is written again, and nobody waits.
    """
    set_aside.by_halves(answers, lambda some: _record(run, some), lambda one, error: _give_up_one(run, one, error))
    refused = {answer.write.deed for answer in answers if isinstance(answer.error, NotPermitted)}
    for deed in refused and refused & not_permitted(run):
        give_up(run, NotPermitted.code, deed)
    others_succeeded = any(answer.error is None for answer in answers)
    if others_succeeded:
        SyncRun.objects.filter(pk=run.pk).update(failures=0)
    retryable = [answer.error for answer in answers if isinstance(answer.error, ConnectorError) and _again(answer)]
    for_all = [error for error in retryable if error.ruling in FOR_ALL]
    if others_succeeded and not for_all:
        return None
    return next(iter(for_all + retryable), None)


def _record(run: SyncRun, answers: Sequence[Answer]) -> None:
    kept = [set_aside.call("sync", f"write:{each.write.pk}", partial(_keep, run, each)) for each in answers]
    _count(run, kept)


def _keep(run: SyncRun, answer: Answer) -> WriteState:
    """Keep what came of one write; return its state."""
    if answer.error is None:
        _done(answer.write, run)
        return WriteState.DONE
    if _again(answer):
        _mark(answer.write, WriteState.WAITING, answer.error)
        return WriteState.WAITING
    return _failed(answer.write, run, answer.error)


def _give_up_one(run: SyncRun, answer: Answer, error: Exception) -> None:
    """What came of it cannot be kept: the next run looks at this customer again."""
    _count(run, [_failed(answer.write, run, error)])


def _failed(write: SyncWrite, run: SyncRun, error: Exception) -> WriteState:
    """Set one write aside. After an error of our own it may have arrived: a state stays ours until a reading tells."""
    _mark(write, WriteState.FAILED, error)
    if isinstance(error, ConnectorError):
        own_states.settle(_channel(run), write, done=False)
    else:
        logger.error("sync run %s: the write %s is set aside", run.pk, write.pk, exc_info=error)
    return WriteState.FAILED


def _count(run: SyncRun, kept: Sequence[WriteState]) -> None:
    done, failed = kept.count(WriteState.DONE), kept.count(WriteState.FAILED)
    SyncRun.objects.filter(pk=run.pk).update(
        writes_done=F("writes_done") + done, writes_failed=F("writes_failed") + failed, beat_at=now()
    )


def give_up(run: SyncRun, problem: str, deed: str = "") -> None:
    """End what a run did not come to, all or of one kind; the next run finds out what is still to be written."""
    due = SyncWrite.objects.filter(run=run, state__in=DUE)
    count = (due.filter(deed=deed) if deed else due).update(state=WriteState.FAILED, problem=problem)
    SyncRun.objects.filter(pk=run.pk).update(writes_failed=F("writes_failed") + count)


def not_permitted(run: SyncRun) -> set[str]:
    """Return the kinds of writes that the API Key may not make: refused with 403, and none of the kind got through."""
    writes = SyncWrite.objects.filter(run=run).order_by()
    refused = writes.filter(state=WriteState.FAILED, problem=NotPermitted.code).values_list("deed", flat=True)
    made = writes.filter(state=WriteState.DONE).values_list("deed", flat=True)
    return set(refused.distinct()) - set(made.distinct())


def _again(answer: Answer) -> bool:
    error = answer.error
    if not isinstance(error, ConnectorError) or error.ruling in (Ruling.PERMANENT, Ruling.TEMPLATE):
        return False
    return error.ruling in FOR_ALL or answer.write.attempts + 1 < MOST_ATTEMPTS


def _done(write: SyncWrite, run: SyncRun) -> None:
    _mark(write, WriteState.DONE)
    own_states.settle(_channel(run), write, done=True)
    links = SyncLink.objects.filter(configuration=run.configuration_id, customer_id=write.customer_id)
    if write.deed == "delete":
        links.delete()
    elif write.last:
        for link in links:
            link.last = {**link.last, **write.last}
            link.save(update_fields=["last"])


def _mark(write: SyncWrite, state: str, error: Exception | None = None) -> None:
    SyncWrite.objects.filter(pk=write.pk).update(state=state, at=now(), **_problem(error))


def _problem(error: Exception | None) -> dict[str, str]:
    if error is None:
        return {"problem": "", "problem_detail": ""}
    if isinstance(error, ConnectorError):
        return {"problem": error.code, "problem_detail": error.provider_reason[:500]}
    return {"problem": CANNOT_HANDLE, "problem_detail": set_aside.place_of(error)[:500]}
