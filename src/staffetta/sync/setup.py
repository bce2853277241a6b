"""A configuration made ready for a run, and what changed at the provider since somebody agreed to it.

A refresh tells nobody: what was agreed to (`type_seen`) is compared with the customer fields whenever it matters.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise

from staffetta.channels.models import CustomerField
from staffetta.connectors.messages import Platform
from staffetta.contacts.fields.values import SYSTEM_FIELDS
from staffetta.contacts.models import ContactField
from staffetta.sync.mapping import IDENTITIES, Rule
from staffetta.sync.models import Kind, SyncConfiguration, SyncMapping

SYSTEM_LENGTHS = {
    "first_name": 200,
    "last_name": 200,
    "telegram_id": 19,
    "language": 20,
    "time_zone": 60,
    "external_id": 100,
}
SYSTEM_KEYS = ("phone", "telegram_id", "external_id")
"""The system fields people can be matched by; all are indexed."""
NO_KEYS = ("boolean", "choices")
"""Types of our own fields that tell nobody apart."""
TARGETS = tuple(SYSTEM_LENGTHS)
"""The system fields a row may fill; the number is the address's business."""
NAME = "name"
NUMBER = "number"
ADDRESSES = {Platform.WHATSAPP.value: "phone", Platform.TELEGRAM.value: "telegram_id"}
ALWAYS = {NAME: "text", NUMBER: "word"}
"""Two customer fields exist always, whether or not the provider lists them."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A customer field that is not as it was when somebody agreed: `what` is gone or type."""

    name: str
    what: str
    before: str = ""
    present: str = ""


@dataclass(frozen=True, slots=True)
class Setup:
    """Everything judging needs of a configuration."""

    configuration: SyncConfiguration
    rules: tuple[Rule, ...]
    types: Mapping[str, str]  # of our fields
    choices: Mapping[str, tuple[str, ...]]
    platform: str


class Held(Exception):
    """The configuration must not run before somebody agreed to the differences."""

    def __init__(self, differences: Sequence[Difference]) -> None:
        super().__init__(", ".join(each.name for each in differences))
        self.differences = differences


def differences(configuration: SyncConfiguration) -> list[Difference]:
    """Return what vanished or changed its type since the rows were agreed to."""
    present = _types_there(configuration.channel_id)
    found = []
    for row in configuration.mappings.filter(kind=Kind.FIELD).order_by("position", "pk"):
        there = present.get(row.customer_field)
        if there is None:
            found.append(Difference(row.customer_field, "gone", row.type_seen))
        elif row.type_seen and there != row.type_seen:
            found.append(Difference(row.customer_field, "type", row.type_seen, there))
    key = configuration.key_customer
    if key != "id" and key not in present:
        found.append(Difference(key, "gone"))
    return found


def held_among(configurations: Collection[SyncConfiguration]) -> set[int]:
    """Return which of these must not run; two queries whatever their number."""
    ids = [each.pk for each in configurations]
    rows = SyncMapping.objects.filter(configuration__in=ids, kind=Kind.FIELD)
    present = {
        (field.channel_id, field.name): field.type
        for field in CustomerField.objects.filter(
            channel__in={each.channel_id for each in configurations}, gone_at=None
        )
    }
    channels = {each.pk: each.channel_id for each in configurations}
    held = {
        each.pk
        for each in configurations
        if each.key_customer not in ("id", *ALWAYS) and (each.channel_id, each.key_customer) not in present
    }
    for row in rows:
        there = present.get((channels[row.configuration_id], row.customer_field), ALWAYS.get(row.customer_field))
        if there is None or (row.type_seen and there != row.type_seen):
            held.add(row.configuration_id)
    return held


def accept(configuration: SyncConfiguration) -> None:
    """Agree to the fields as they are now; rows whose field vanished go."""
    present = _types_there(configuration.channel_id)
    for row in configuration.mappings.filter(kind=Kind.FIELD):
        if row.customer_field not in present:
            row.delete()
        elif row.type_seen != present[row.customer_field]:
            row.type_seen = present[row.customer_field]
            row.save(update_fields=["type_seen"])


def ready(configuration: SyncConfiguration) -> Setup:
    """Return what a run needs; raises Held."""
    if found := differences(configuration):
        raise Held(found)
    own = {field.name: field for field in ContactField.objects.all()}
    rows = configuration.mappings.order_by("position", "pk")
    known = [row for row in rows if row.contact_field in own or _may_fill(row, configuration)]
    return Setup(
        configuration,
        tuple(_rule(row, own) for row in known),
        {name: field.type for name, field in own.items()},
        {name: tuple(field.choices) for name, field in own.items()},
        str(configuration.channel.platform),
    )


def _may_fill(row: SyncMapping, configuration: SyncConfiguration) -> bool:
    """Say whether a row may fill a system field; none changes what people are matched by, whatever was stored."""
    target = row.contact_field
    if target not in IDENTITIES:
        return target in TARGETS
    elsewhere = other_address(target, row.customer_field, str(configuration.channel.platform))
    return row.kind == Kind.FIELD and target != configuration.key_contact and not elsewhere


def other_address(target: str, source: str, platform: str) -> bool:
    """Say whether a row would give people another address on this platform than the one they have at the provider."""
    return target == address_kind(platform) and source != NUMBER


def own_key(configuration: SyncConfiguration) -> bool:
    """Say whether people are matched by one of our own fields instead of an address."""
    return configuration.key_contact not in SYSTEM_KEYS


def address_kind(platform: str) -> str:
    """Return which field of a contact holds the provider's id on this platform: phone, telegram_id or "" for none."""
    return ADDRESSES.get(platform, "")


def labels() -> dict[str, str | Promise]:
    """Return the label of each of our fields by name."""
    own = {field.name: str(field) for field in ContactField.objects.all()}
    return {**SYSTEM_FIELDS, **own}


def _rule(row: SyncMapping, own: Mapping[str, ContactField]) -> Rule:
    field = own.get(row.contact_field)
    return Rule(
        target=row.contact_field,
        kind=row.kind,
        source=row.customer_field,
        fixed=row.fixed,
        mode=row.mode,
        there_type=row.type_seen or "text",
        here_type=field.type if field else "text",
        choices=tuple(field.choices) if field else (),
        pairs=row.pairs,
        longest=SYSTEM_LENGTHS.get(row.contact_field, 1000),
    )


def _types_there(channel_id: int) -> dict[str, str]:
    rows = CustomerField.objects.filter(channel=channel_id, gone_at=None)
    return {**ALWAYS, **dict(rows.values_list("name", "type"))}
