"""Mappings kept by name: where the columns go, what they may change, how numbers are read; never a consent."""

from collections.abc import Sequence

from django.db import transaction

from staffetta.accounts import audit
from staffetta.accounts.models import User
from staffetta.contacts.models import Import
from staffetta.contacts.step_models import SavedMapping
from staffetta.text import title

MOST = 100


def fitting(columns: Sequence[str]) -> list[SavedMapping]:
    """Return those whose columns a file has, by name."""
    rows = SavedMapping.objects.order_by("name")[:MOST]
    return [saved for saved in rows if set(saved.mapping) <= set(columns)]


def keep(source: Import, name: str, by: User | None) -> SavedMapping:
    """Keep an import's mapping under a name; the same name again replaces it."""
    told = {name: getattr(source, name) for name in ("mapping", "modes", "phone_mode", "phone_prefix")}
    with transaction.atomic():
        saved, _made = SavedMapping.objects.update_or_create(name=title(name, 100), defaults=told)
        audit.record(by, "mapping_saved", saved)
    return saved


def forget(saved: SavedMapping, by: User | None) -> None:
    """Forget a mapping; imports made with it keep theirs."""
    with transaction.atomic():
        audit.record(by, "mapping_forgotten", saved)
        saved.delete()
