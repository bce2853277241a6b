"""Possible opt-outs: found in replies, decided by a person. Until then their marketing waits, service goes on."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Max, Min, QuerySet

from staffetta.accounts import audit
from staffetta.accounts.models import User
from staffetta.contacts.consents import consent
from staffetta.contacts.models import ConsentState, ConsentValue, Purpose
from staffetta.contacts.opt_outs.match import words_of
from staffetta.contacts.opt_outs.models import Decision, PossibleOptOut
from staffetta.work.clock import now

SOURCE = "stop_word"
PURPOSES = {Decision.ALL: consent.BOTH, Decision.MARKETING: (Purpose.MARKETING,)}
PIECE = 500


@dataclass(frozen=True, slots=True)
class Found:
    """A reply that may be an opt-out, and who wrote it."""

    contact_ids: Collection[int]
    channel_id: int
    channel_name: str
    key: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Alike:
    """Open replies with the same words: how many, one of their texts, the last one's number."""

    alike: str
    text: str
    number: int
    last: int


type Heard = Callable[[Collection[int], str], None]
_when_found: list[Heard] = []


def when_found(hear: Heard) -> None:
    """Ask to be told, in the same transaction, of contacts whose marketing has to wait from now on."""
    if hear not in _when_found:
        _when_found.append(hear)


def keep(platform: str, found: Iterable[Found]) -> int:
    """Keep replies to be decided on; the same reply twice is one row. Who said No to everything has nothing to decide.

    Returns how many contacts have to wait.
    """
    rows = [
        PossibleOptOut(
            contact_id=contact_id,
            platform=platform,
            channel_id=reply.channel_id,
            channel_name=reply.channel_name[:200],
            key=reply.key,
            text=reply.text[:500],
            alike=alike(reply.text),
            at=reply.at,
        )
        for reply in found
        for contact_id in reply.contact_ids
    ]
    refused = _refused_everything({row.contact_id for row in rows}, platform)
    rows = [row for row in rows if row.contact_id not in refused]
    with transaction.atomic():
        PossibleOptOut.objects.bulk_create(rows, batch_size=PIECE, ignore_conflicts=True)
        people = {row.contact_id for row in rows}
        for hear in _when_found if people else ():
            hear(people, platform)
    return len(people)


def alike(text: str) -> str:
    """Return the text as replies are compared."""
    return (" ".join(words_of(text)) or text.strip())[:200]


def to_decide() -> QuerySet[PossibleOptOut]:
    """Return the replies nobody has decided on."""
    return PossibleOptOut.objects.filter(decided_at=None)


def waiting_on(platform: str) -> QuerySet[PossibleOptOut]:
    """Return the replies because of which marketing waits on a platform."""
    return to_decide().filter(platform=platform)


def number_to_decide() -> int:
    """Return how many people wrote something that a person has to decide on."""
    return to_decide().values("contact").distinct().count()


def groups() -> list[Alike]:
    """Return what several people wrote alike, the most frequent first; at most 20."""
    rows = to_decide().values("alike").annotate(number=Count("pk"), last=Max("pk"), said=Min("text"))
    many = rows.filter(number__gt=1).order_by("-number", "alike")[:20]
    return [Alike(row["alike"], row["said"], row["number"], row["last"]) for row in many]


def of_group(words: str, last: int) -> QuerySet[PossibleOptOut]:
    """Return the open replies with the same words, up to the last one that was shown."""
    return to_decide().filter(alike=words, pk__lte=last)


def decide(rows: QuerySet[PossibleOptOut], decision: Decision, by: User | None) -> int:
    """Decide on open replies; return how many people that concerns. What is decided already stays as it is.

    An opt-out is the person's own No, with the words they wrote. One of everything settles their other open replies.
    """
    done: set[int] = set()
    with transaction.atomic():
        open_rows = list(rows.filter(decided_at=None).select_for_update().order_by("pk"))
        said: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        for row in open_rows:
            said[row.platform, row.text].append(row.contact_id)
        told = {"decision": decision, "decided_at": now(), "by_name": str(by or "")}
        to_decide().filter(pk__in=[row.pk for row in open_rows]).update(**told)
        for (platform, text), people in said.items():
            if decision in PURPOSES:
                consent.record(people, platform, PURPOSES[decision], ConsentValue.NO, SOURCE, wording=text, by=by)
            done.update(people)
        if open_rows:
            audit.record(by, "possible_opt_out_decided", None, decision=decision.value, people=len(done))
    return len(done)


def settle(contact_ids: Collection[int], platform: str) -> None:
    """Settle the open replies of people who have said No to everything since: there is nothing left to decide."""
    if not (rows := waiting_on(platform)).exists():
        return
    people = set(rows.filter(contact_id__among=list(contact_ids)).values_list("contact_id", flat=True))
    refused = _refused_everything(people, platform)
    rows.filter(contact__in=refused).update(decision=Decision.ANSWERED, decided_at=now())


def _refused_everything(contact_ids: Collection[int], platform: str) -> set[int]:
    """Return who said No themselves to every purpose."""
    said = ConsentState.objects.filter(
        contact__in=contact_ids, platform=platform, value=ConsentValue.NO, source__in=consent.BINDING_NO
    )
    purposes = Counter(said.values_list("contact_id", flat=True))
    return {contact_id for contact_id, number in purposes.items() if number == len(consent.BOTH)}
