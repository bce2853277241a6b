"""What a download changes: pure comparison of what is stored with what was listed.

Rules (invariant 5): only what is approved comes in; what was approved stays when it no longer is
(its status says so) and when it vanishes (a tombstone); what comes back is usable again. A revision rises when the
contract changes, and when a variant stops being approved or vanishes. The person's switch is never touched here.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from hashlib import sha256

from staffetta.connectors.messages import ListedField, ListedTemplate

APPROVED = "approved"
type Name = tuple[str, str]  # template, language


@dataclass(frozen=True, slots=True)
class Stored:
    """A variant as it is stored, as far as comparing needs it."""

    name: str
    language: str
    status: str
    fingerprint: str
    gone: bool = False
    by_hand: bool = False
    category: str = ""
    quality: str = ""
    cleaned: str = ""
    """The fingerprint that the stored texts have by today's text.py; what was stored before it may have another."""

    @property
    def available(self) -> bool:
        """Approved and listed when it was last seen."""
        return self.status == APPROVED and not self.gone


@dataclass(slots=True)
class TemplateChanges:
    """What is to be done: variants that come in, that are written anew, and that vanish; who gets a new revision."""

    added: list[ListedTemplate] = field(default_factory=list)
    updated: list[ListedTemplate] = field(default_factory=list)
    gone: list[Name] = field(default_factory=list)
    raised: set[Name] = field(default_factory=set)  # the revision rises
    unapproved: list[str] = field(default_factory=list)  # names of which no language ever was approved
    told: dict[str, set[str]] = field(default_factory=dict)  # name -> what to tell, for known names

    def tell(self, name: str, what: str) -> None:
        self.told.setdefault(name, set()).add(what)

    def spare(self, listed: Collection[Name]) -> None:
        """Leave variants as they are that the provider lists and that cannot be read at present."""
        self.gone = [key for key in self.gone if key not in listed]
        self.raised -= set(listed)
        for name in {name for name, _ in listed} & self.told.keys():
            self.told[name] -= {"gone", "language_gone"}
        self.told = {name: what for name, what in self.told.items() if what}


def fingerprint(listed: ListedTemplate) -> str:
    """Return the digest of what a send relies on: components, variables, language, category."""
    variables = [asdict(variable) for variable in listed.variables]
    return digest(list(listed.components), variables, listed.language_raw, listed.category)


def digest(components: object, variables: object, language: str, category: str) -> str:
    """Return the digest of the parts of a contract, as they are listed or stored."""
    contract = {"components": components, "variables": variables, "language": language, "category": category}
    return sha256(json.dumps(contract, sort_keys=True, ensure_ascii=False, default=str).encode()).hexdigest()


def templates(stored: Iterable[Stored], listed: Sequence[ListedTemplate]) -> TemplateChanges:
    """Compare the variants of one channel with a complete list of the provider."""
    known = {(row.name, row.language): row for row in stored}
    found = _one_each(listed)
    changes = TemplateChanges()
    for key, template in found.items():
        if key in known:
            _compare(known[key], template, changes)
        elif template.status == APPROVED:
            changes.added.append(template)
    for key, row in known.items():
        if key not in found and not row.gone and not row.by_hand:
            changes.gone.append(key)
            changes.raised.add(key)
    listed_names = {name for name, _ in found}
    for name, _ in changes.gone:
        changes.tell(name, "language_gone" if name in listed_names else "gone")
    kept = {name for name, _ in known} | {template.name for template in changes.added}
    changes.unapproved = sorted({name for name, _ in found} - kept)
    _tell_new(known, changes)
    return changes


def _one_each(listed: Sequence[ListedTemplate]) -> dict[Name, ListedTemplate]:
    """One row per name and language; of doubles an approved one wins, else the last."""
    found: dict[Name, ListedTemplate] = {}
    for template in listed:
        key = (template.name, template.language)
        if template.status == APPROVED or key not in found or found[key].status != APPROVED:
            found[key] = template
    return found


def _compare(row: Stored, template: ListedTemplate, changes: TemplateChanges) -> None:
    key = (row.name, row.language)
    changes.updated.append(template)
    changed = fingerprint(template) not in (row.fingerprint, row.cleaned)
    stopped = row.available and template.status != APPROVED
    if changed or stopped:
        changes.raised.add(key)
    if stopped:
        changes.tell(row.name, "stopped")
    elif not row.available and template.status == APPROVED:
        changes.tell(row.name, "back")
    if changed:
        changes.tell(row.name, "category" if row.category != template.category else "text")
    if row.quality != template.quality:
        changes.tell(row.name, "quality")


def _tell_new(known: Mapping[Name, Stored], changes: TemplateChanges) -> None:
    names = {name for name, _ in known}
    for template in changes.added:
        changes.tell(template.name, "language" if template.name in names else "new")


@dataclass(frozen=True, slots=True)
class StoredField:
    """A customer field as it is stored."""

    name: str
    label: str
    type: str
    choices: tuple[str, ...] = ()
    gone: bool = False


@dataclass(slots=True)
class FieldChanges:
    """Which fields come in or come back, changed, and vanish."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)

    def spare(self, listed: Collection[str]) -> None:
        """Leave fields as they are that the provider lists and that cannot be read at present."""
        self.gone = [name for name in self.gone if name not in listed]


def fields(stored: Iterable[StoredField], listed: Sequence[ListedField]) -> FieldChanges:
    """Compare the customer fields of one channel with a complete list of the provider."""
    known = {row.name: row for row in stored}
    changes = FieldChanges()
    for name, listing in {listing.name: listing for listing in listed}.items():
        row = known.get(name)
        if row is None or row.gone:
            changes.added.append(name)
        elif (row.label, row.type, row.choices) != (listing.label, listing.type, tuple(listing.choices)):
            changes.changed.append(name)
    listed_names = {listing.name for listing in listed}
    changes.gone = [name for name, row in known.items() if name not in listed_names and not row.gone]
    return changes


def dropped(seen_before: Iterable[str], listed: Iterable[str], own: str) -> set[str]:
    """Return the channels one key saw and no longer sees; a key that works always sees its own channel."""
    return set(seen_before) - set(listed) - {own}
