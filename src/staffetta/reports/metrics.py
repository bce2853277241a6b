"""The numbers of `/metrics`, in the text format of Prometheus.

From counters, beats, leases and the first rows of indexes: constant in the number of contacts and messages. Written by
hand: a client library counts within one process, and ours are many; what they counted is in the database already.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.conf import settings
from django.db.models import Count, Max

from staffetta.channels.models import Channel, ConnectionState
from staffetta.deliveries.ledger import budget, due
from staffetta.deliveries.models import Breaker, BreakerKind
from staffetta.deliveries.sending import measure
from staffetta.notices.models import Incident
from staffetta.reports.system import Queue, queues
from staffetta.work import meters
from staffetta.work.clock import now, real_now
from staffetta.work.models import LaneBeat, Lease

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
type Samples = Iterable[tuple[str, float]]


def text() -> str:
    """Return everything, ready to be answered."""
    return "\n".join([*_sending(), *_queues(), *_channels(), *_budget(), *_machinery(), ""])


def _sending() -> Iterator[str]:
    sends, retries = meters.values(measure.SENDS), meters.values(measure.RETRIES)
    yield from _family(measure.SENDS, "counter", "Attempts to send, by channel and what came of them.", sends.items())
    yield from _family(measure.RETRIES, "counter", "Attempts after the first of a message.", retries.items())
    yield from _histogram(measure.SECONDS, "Seconds from the request to the provider's answer.")
    yield from _family("staffetta_in_flight", "gauge", "Messages marked and not yet answered.", [("", due.in_flight())])


def _histogram(name: str, text: str) -> Iterator[str]:
    classes, total = meters.values(f"{name}_bucket"), meters.values(f"{name}_sum").get("", 0.0)
    yield from (f"# HELP {name} {text}", f"# TYPE {name} histogram")
    count = 0.0
    for bound in meters.NAMES:
        label = meters.label(le=bound)
        count += classes.get(label, 0.0)
        yield f"{name}_bucket{{{label}}} {count:.15g}"
    yield f"{name}_sum {total:.15g}"
    yield f"{name}_count {count:.15g}"


def _queues() -> Iterator[str]:
    found: list[Queue] = queues()
    waiting = [(meters.label(queue=queue.key), float(queue.number)) for queue in found]
    ages = [(meters.label(queue=queue.key), _age(now(), queue.oldest)) for queue in found]
    yield from _family("staffetta_queue_waiting", "gauge", "Work that waits (all but messages: up to 1000).", waiting)
    yield from _family("staffetta_queue_age_seconds", "gauge", "For how long the oldest work that is due waits.", ages)


def _channels() -> Iterator[str]:
    connected = Channel.objects.filter(state=ConnectionState.CONNECTED).order_by("id")
    levels = dict(Breaker.objects.filter(kind=BreakerKind.CHANNEL).values_list("subject", "pace_level"))
    rates, parts = [], []
    for pk, provider_id, pace in connected.values_list("id", "provider_id", "pace"):
        label = meters.label(channel=provider_id)
        rates.append((label, settings.SEND_PACE if pace is None else pace))
        parts.append((label, levels.get(pk, 1.0)))
    yield from _family("staffetta_channel_pace", "gauge", "Messages a second a channel may send; 0: no pace.", rates)
    yield from _family("staffetta_channel_pace_level", "gauge", "Part of the pace that limits left, as noted.", parts)
    states = Channel.objects.values_list("state").annotate(number=Count("id")).order_by("state")
    by_state = [(meters.label(state=state), float(number)) for state, number in states]
    yield from _family("staffetta_channels", "gauge", "Channels by connection state.", by_state)
    opened = Incident.objects.filter(closed_at=None).values_list("kind").annotate(number=Count("id")).order_by("kind")
    incidents = [(meters.label(kind=kind), float(number)) for kind, number in opened]
    yield from _family("staffetta_incidents_open", "gauge", "Open incidents by kind.", incidents)


def _budget() -> Iterator[str]:
    limit, used = [("", budget.limit())], [("", budget.used())]
    yield from _family(
        "staffetta_budget_people", "gauge", "Persons the business may write to in a day; 0: no limit.", limit
    )
    yield from _family("staffetta_budget_people_used", "gauge", "Of them, those who count at this moment.", used)


def _machinery() -> Iterator[str]:
    present = real_now()
    beats = LaneBeat.objects.values_list("lane").annotate(newest=Max("beat_at"), workers=Count("id")).order_by("lane")
    rows = [(meters.label(lane=lane), _age(present, newest), float(workers)) for lane, newest, workers in beats]
    ages, workers = [(label, age) for label, age, _ in rows], [(label, number) for label, _, number in rows]
    yield from _family("staffetta_lane_beat_age_seconds", "gauge", "Since the last sign of life of a lane.", ages)
    yield from _family("staffetta_lane_workers", "gauge", "Workers that run a lane.", workers)
    served = Lease.objects.filter(name__startswith="channel:", expires_at__gt=present).count()
    yield from _family("staffetta_channels_served", "gauge", "Channels a worker holds the lease of.", [("", served)])


def _family(name: str, kind: str, text: str, samples: Samples) -> Iterator[str]:
    yield from (f"# HELP {name} {text}", f"# TYPE {name} {kind}")
    for label, value in samples:
        yield f"{name}{{{label}}} {value:.15g}" if label else f"{name} {value:.15g}"


def _age(present: datetime, moment: datetime | None) -> float:
    return 0.0 if moment is None else max(0.0, (present - moment).total_seconds())
