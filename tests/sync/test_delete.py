"""Deleting a configuration: nobody writes rows of its runs meanwhile, and none is left behind."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from staffetta.channels.connection import disconnect
from staffetta.channels.models import Channel
from staffetta.sync import save
from staffetta.sync.models import RunState, SyncConfiguration, SyncMet, SyncRow, SyncRun
from staffetta.work.database.databases import postgres

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(channel: Channel) -> SyncConfiguration:
    made = SyncConfiguration.objects.create(channel=channel, name="Anagrafica")
    run = SyncRun.objects.create(configuration=made, state=RunState.DONE)
    SyncRow.objects.create(run=run, outcome="created", customer_id="1")
    SyncMet.objects.create(run=run, customer_id="1", key="1")
    return made


def held(asked: CaptureQueriesContext) -> bool:
    """Say whether the runs were locked before their rows were deleted; SQLite has one writer at a time anyway."""
    told = [query["sql"] for query in asked.captured_queries]
    first = next(place for place, sql in enumerate(told) if sql.startswith("DELETE") and "sync_syncrow" in sql)
    return not postgres() or any("FOR UPDATE" in sql and '"sync_syncrun"' in sql for sql in told[:first])


def test_a_configuration_goes_with_its_runs(made: SyncConfiguration) -> None:
    with CaptureQueriesContext(connection) as asked:
        save.delete(made, None)
    assert held(asked)
    assert not SyncRow.objects.exists()
    assert not SyncMet.objects.exists()


def test_the_channel_goes_with_its_runs(made: SyncConfiguration) -> None:
    with CaptureQueriesContext(connection) as asked:
        disconnect.disconnect(Channel.objects.get(pk=made.channel_id))
    assert held(asked)
    assert not SyncRow.objects.exists()
    assert not SyncMet.objects.exists()
