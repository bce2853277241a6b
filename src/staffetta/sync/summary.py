"""Runs as they are shown: counters with their sum, how they compare, how long they took."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from django.db.models import Max

from staffetta.sync.judge import OUTCOMES
from staffetta.sync.models import SyncConfiguration, SyncRun
from staffetta.sync.wording import LOOKS, outcome_word, sum_text


@dataclass(frozen=True, slots=True)
class Counter:
    """One number of a run: its code, word, look, and the same number of the run it is compared with."""

    code: str
    label: str
    number: int
    colour: str
    icon: str
    other: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A run in the list: its sum in words, and its share of the longest duration shown, 0 to 100."""

    run: SyncRun
    text: str
    seconds: float | None
    share: int
    counters: list[Counter] = field(default_factory=list)


def counters(run: SyncRun, other: SyncRun | None = None) -> list[Counter]:
    """Return all counters of a run, each beside that of the other run."""
    return [
        Counter(name, outcome_word(name, number), number, *LOOKS[name], getattr(other, name) if other else None)
        for name, number in numbers(run).items()
    ]


def numbers(run: SyncRun) -> dict[str, int]:
    """Return the counters by name."""
    return {name: getattr(run, name) for name in OUTCOMES}


def lines(runs: Sequence[SyncRun]) -> list[Line]:
    """Return runs with their durations as shares of the longest."""
    longest = max((run.seconds or 0.0 for run in runs), default=0.0)
    return [Line(run, sum_text(numbers(run)), run.seconds, _share(run.seconds, longest), counters(run)) for run in runs]


def _share(seconds: float | None, longest: float) -> int:
    return max(round(100 * seconds / longest), 1) if seconds is not None and longest else 0


def last_runs(configurations: Collection[SyncConfiguration]) -> dict[int, SyncRun]:
    """Return the newest run of each configuration, in one query."""
    runs = SyncRun.objects.filter(configuration__in=[row.pk for row in configurations])
    newest = runs.values("configuration").annotate(newest=Max("pk")).values("newest").order_by()
    return {run.configuration_id: run for run in SyncRun.objects.filter(pk__in=newest)}


def compared(run: SyncRun) -> SyncRun | None:
    """Return what a run is compared with: the rehearsal before a run, the run after a rehearsal."""
    others = SyncRun.objects.filter(configuration=run.configuration_id, rehearsal=not run.rehearsal)
    if run.rehearsal:
        return others.filter(pk__gt=run.pk).order_by("pk").first()
    return others.filter(pk__lt=run.pk).order_by("-pk").first()
