"""Store a configuration with its rows, or delete one."""

from collections.abc import Sequence

from django.db import transaction

from staffetta.accounts import audit
from staffetta.accounts.models import User
from staffetta.contacts.lists.lists import named
from staffetta.notices import incidents
from staffetta.sync.models import SyncConfiguration, SyncMapping, SyncRun
from staffetta.sync.run import INCIDENT
from staffetta.sync.start import ACTIVE
from staffetta.sync.timetable import plan_next


class UnderWay(Exception):
    """A run must end, or be stopped, first."""


def save(
    configuration: SyncConfiguration, rows: Sequence[SyncMapping], by: User | None, into_list: str = ""
) -> SyncConfiguration:
    """Store both; choices matched by hand stay with the rows they belong to. `into_list` is a list's name, known or
    new. Raises UnderWay.
    """
    with transaction.atomic():
        made = configuration.pk is None
        if not made:
            _refuse_while_running(configuration)
        configuration.into_list = named(into_list, by) if into_list else None
        configuration.next_at = plan_next(configuration)
        configuration.save()
        former = {(row.customer_field, row.contact_field): row.pairs for row in configuration.mappings.all()}
        configuration.mappings.all().delete()
        for row in rows:
            row.configuration = configuration
            row.pairs = former.get((row.customer_field, row.contact_field), {})
        SyncMapping.objects.bulk_create(rows)
        audit.record(by, "sync_made" if made else "sync_saved", configuration)
    return configuration


def delete(configuration: SyncConfiguration, by: User | None) -> None:
    """Forget a configuration with its runs; contacts stay as they are. Raises UnderWay."""
    with transaction.atomic():
        _refuse_while_running(configuration)
        audit.record(by, "sync_deleted", configuration)
        incidents.success(INCIDENT, str(configuration.pk))
        lock_runs([configuration.pk])
        configuration.delete()


def lock_runs(configuration_ids: Sequence[int]) -> None:
    """Let nobody write rows of these configurations' runs any more, within the transaction that deletes them."""
    runs = SyncRun.objects.select_for_update().filter(configuration__in=configuration_ids).order_by("pk")
    list(runs.values_list("pk", flat=True))


def _refuse_while_running(configuration: SyncConfiguration) -> None:
    if SyncRun.objects.filter(configuration=configuration, state__in=ACTIVE).exists():
        raise UnderWay
