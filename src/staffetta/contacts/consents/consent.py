"""Consent as a ledger: statements are appended, the present state is derived in the same transaction.

The rule, in one place: what people say themselves (a STOP word, stopped or blocked at the provider) beats everything
until a new *explicit* consent, with the text it was given with: recorded by hand, or by a call of the API whose token
has that right and which says so. A file, a sync, any other call or a "start" at the provider never lifts it.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from django.db import connection, transaction
from django.db.models import Q

from staffetta.accounts.models import User
from staffetta.contacts.consents.suppression import OPTED_OUT, addresses_of, lift
from staffetta.contacts.models import Consent, ConsentState, ConsentValue, Contact, Purpose
from staffetta.work.clock import now
from staffetta.work.database.databases import Statement, listed, table_of

BOTH = (Purpose.MARKETING, Purpose.SERVICE)
SAID_BY_PERSON = frozenset({"stop_word", "stopped", "blocked"})
"""Sources of a No that came from the person, not from a colleague or a file."""
BINDING_NO = SAID_BY_PERSON | {"hand"}
"""Sources of a No that only a new explicit consent lifts; a No written down by a colleague is the person's word too."""
OPT_IN_AGAIN = "opt_in_again"
"""Source of a Yes that a call of the API brought for somebody who had opted out (api/opt_in_again.py)."""
EXPLICIT = frozenset({"hand", OPT_IN_AGAIN})
"""Sources that can carry a new explicit consent, if they bring its text."""


class Effect(Enum):
    """What a statement does to the present state."""

    WRITTEN = "written"
    REPEATED = "repeated"  # says what is in force already: nothing is written
    KEPT_OUT = "kept_out"  # would lift a binding No without being explicit: nothing is written


@dataclass(frozen=True, slots=True)
class Present:
    """What is in force for one person, platform and purpose."""

    value: str
    source: str


@dataclass(slots=True)
class Recorded:
    """What a statement did, by contact id: `changed` in at least one purpose, `kept_out` in at least one."""

    changed: set[int] = field(default_factory=set)
    kept_out: set[int] = field(default_factory=set)


def effect(present: Present | None, value: str, source: str, wording: str = "", *, lifts_no: bool = True) -> Effect:
    """Say what a statement does to what is in force (pure; the rule of this module).

    Without `lifts_no` it ends no No at all: what is said of many people at once is not said of the one who refused.
    """
    if present is None:
        return Effect.REPEATED if value == ConsentValue.UNSET else Effect.WRITTEN
    binding = has_binding_no(present)
    if value != ConsentValue.NO and (binding or (not lifts_no and present.value == ConsentValue.NO)):
        return Effect.WRITTEN if lifts_no and is_explicit(value, source, wording) else Effect.KEPT_OUT
    if present.value != value:
        return Effect.WRITTEN
    # The same again: worth a line only if the person says it now, or if it brings a text that weakens no binding No.
    if source == present.source:
        return Effect.WRITTEN if wording.strip() else Effect.REPEATED
    if source in SAID_BY_PERSON:
        return Effect.REPEATED if present.source in SAID_BY_PERSON else Effect.WRITTEN
    return Effect.REPEATED if binding else Effect.WRITTEN


def record(
    contact_ids: Collection[int],
    platform: str,
    purposes: Iterable[str],
    value: str,
    source: str,
    *,
    wording: str = "",
    by: User | None = None,
    expires_at: datetime | None = None,
    new: Collection[int] = (),
    lifts_no: bool = True,
) -> Recorded:
    """Append the statement for each contact and purpose where it has an effect, and derive the state.

    Set-based: three statements whatever the number of contacts. `source` is a code: hand, import, api, opt_in_again,
    sync, stop_word, stopped, blocked. A Yes may end by itself (`expires_at`): from then on it counts as not set. `new`
    are contacts made in this very transaction: nobody is asked what they said before. `lifts_no`: see `effect`.
    Returns whom it changed, and whom a No kept out of it.
    """
    result = Recorded()
    wanted = [(contact_id, purpose) for contact_id in contact_ids for purpose in purposes]
    if not wanted:
        return result
    with transaction.atomic():
        states = _present_of([who for who in contact_ids if who not in new], platform)
        effects = {pair: effect(states.get(pair), value, source, wording, lifts_no=lifts_no) for pair in wanted}
        written = [pair for pair, what in effects.items() if what is Effect.WRITTEN]
        result.changed.update(contact_id for contact_id, _purpose in written)
        result.kept_out.update(pair[0] for pair, what in effects.items() if what is Effect.KEPT_OUT)
        if written:
            said = Consent(platform=platform, value=value, source=source, wording=wording, by=by, by_name=str(by or ""))
            said.expires_at = expires_at if value == ConsentValue.YES else None
            _write(written, said, all_new=result.changed.issubset(new))
        if result.changed and is_explicit(value, source, wording):
            _lift_opt_outs(result.changed, platform)
        known = result.changed.difference(new)
        if known and value != ConsentValue.YES:
            for tell in _when_withdrawn:
                tell(known, platform)
    return result


def would_change(
    contact_ids: Collection[int], platform: str, purposes: Iterable[str], value: str, source: str
) -> set[int]:
    """Return whom `record` would change; writes nothing."""
    states = _present_of(contact_ids, platform)
    pairs = [(contact_id, purpose) for contact_id in contact_ids for purpose in purposes]
    return {pair[0] for pair in pairs if effect(states.get(pair), value, source) is Effect.WRITTEN}


type Withdrawn = Callable[[Collection[int], str], None]
_when_withdrawn: list[Withdrawn] = []


def when_withdrawn(tell: Withdrawn) -> None:
    """Ask to be told, in the same transaction, of contacts that have no Yes any more on a platform."""
    if tell not in _when_withdrawn:
        _when_withdrawn.append(tell)


def is_explicit(value: str, source: str, wording: str) -> bool:
    """Say whether a statement is a new explicit consent, the only thing that lifts what a person said themselves."""
    return value == ConsentValue.YES and source in EXPLICIT and bool(wording.strip())


def has_binding_no(state: Present) -> bool:
    """Say whether a state is a No that only a new explicit consent lifts."""
    return state.value == ConsentValue.NO and state.source in BINDING_NO


def present(contact: Contact) -> dict[tuple[str, str], Present]:
    """Return what is in force for a contact, by (platform, purpose); what is absent was never set."""
    rows = ConsentState.objects.filter(contact=contact)
    return {(row.platform, row.purpose): Present(row.value_now, row.source) for row in rows}


def opt_in(contact: Contact, platform: str = "whatsapp") -> str:
    """Return the face of the ledger in lists and forms (*Opt-in WhatsApp*): the present value for marketing."""
    state = present(contact).get((platform, Purpose.MARKETING))
    return state.value if state else ConsentValue.UNSET


def history(contact: Contact, limit: int = 100) -> list[Consent]:
    """Return the newest statements about a contact."""
    return list(Consent.objects.filter(contact=contact).order_by("-pk")[:limit])


def _present_of(contact_ids: Collection[int], platform: str) -> dict[tuple[int, str], Present]:
    if not contact_ids:
        return {}
    rows = ConsentState.objects.filter(contact_id__among=contact_ids, platform=platform)
    stated = rows.values_list("contact_id", "purpose", "value", "source", "expires_at")
    at = now()
    return {
        (contact_id, purpose): Present(ConsentValue.UNSET if ends and ends <= at else value, source)
        for contact_id, purpose, value, source, ends in stated
    }


def counts(prefix: str = "") -> Q:
    """Return the condition for consents that are not over, on the states themselves or through `prefix`."""
    return Q(**{f"{prefix}expires_at": None}) | Q(**{f"{prefix}expires_at__gt": now()})


def _lift_opt_outs(contact_ids: Collection[int], platform: str) -> None:
    """A person deleted after an opt-out, and here again with a new explicit consent, may be written to again."""
    people = Contact.objects.filter(pk__in=contact_ids).only("phone", "whatsapp_id", "telegram_id")
    lift(platform, [address for contact in people for address in addresses_of(contact, platform)], OPTED_OUT)


LEDGER = """
    INSERT INTO contacts_consent
        (contact_id, platform, purpose, value, source, at, expires_at, wording, by_id, by_name)
    SELECT id, %s, purposes.column1, %s, %s, %s, %s, %s, %s, %s FROM {them}, (VALUES {purposes}) AS purposes
"""
STATE = """
    INSERT INTO contacts_consentstate (contact_id, platform, purpose, value, source, at, expires_at)
    SELECT id, %s, purposes.column1, %s, %s, %s, %s FROM {them}, (VALUES {purposes}) AS purposes
"""
INSTEAD = """
    WHERE true ON CONFLICT (contact_id, platform, purpose)
    DO UPDATE SET value = excluded.value, source = excluded.source, at = excluded.at, expires_at = excluded.expires_at
"""
"""A state replaces the one before. (Without the WHERE, SQLite takes the ON for a join's.)"""


def _write(pairs: Sequence[tuple[int, str]], said: Consent, *, all_new: bool) -> None:
    """Append one row like `said` for each (contact, purpose), and set the states to it.

    The rows are made in the database: of an import's time, making them one by one in Python took more than half.
    Nobody new is looked for, and none has a state to be replaced: a sixth of an import's time on PostgreSQL.
    """
    at = connection.ops.adapt_datetimefield_value(now())
    ends = connection.ops.adapt_datetimefield_value(said.expires_at) if said.expires_at else None
    with connection.cursor() as cursor:
        for purposes, ids in _by_purposes(pairs):
            them, told = table_of(ids) if all_new else _those_there(ids)
            words = {"them": them, "purposes": ", ".join(["(%s)"] * len(purposes))}
            state, behind = [said.platform, said.value, said.source, at, ends], [*told, *purposes]
            cursor.execute(LEDGER.format(**words), [*state, said.wording, said.by_id, said.by_name, *behind])
            cursor.execute(f"{STATE.format(**words)} {'' if all_new else INSTEAD}", [*state, *behind])


def _those_there(ids: list[int]) -> Statement:
    """Return the table of those of the ids that are contacts."""
    chosen, told = listed(ids)
    return f"(SELECT id FROM contacts_contact WHERE id {chosen}) AS them", told  # noqa: S608  (no text from outside)


def _by_purposes(pairs: Iterable[tuple[int, str]]) -> Iterable[tuple[Sequence[str], list[int]]]:
    """Return whom the same purposes concern: nearly always all of them at once."""
    purposes_of: dict[int, list[str]] = {}
    for who, purpose in pairs:
        purposes_of.setdefault(who, []).append(purpose)
    together: dict[tuple[str, ...], list[int]] = {}
    for who, purposes in purposes_of.items():
        together.setdefault(tuple(sorted(purposes)), []).append(who)
    return together.items()
