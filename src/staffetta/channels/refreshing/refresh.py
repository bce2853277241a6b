"""Download a channel's list, fields and templates, and swap them in whole: what was there stays until then.

No delayed retries: the provider is asked once, each part bounded, so that a refresh ends within 20 seconds besides the
paging of the templates.
"""

import asyncio
import logging
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db.models import F, Q

from staffetta.channels.calls import gateway, health
from staffetta.channels.models import Channel, Refresh, RefreshState
from staffetta.channels.refreshing.store import Download, Overtaken, store
from staffetta.connectors.contract import Connector
from staffetta.connectors.errors import ConnectorError, KeyRefused, NotSupported, TimedOut
from staffetta.connectors.messages import ListedField, ListedTemplate, Platform
from staffetta.work.clock import now, real_now
from staffetta.work.clock_step import latest_believed

SILENT = 60  # seconds without a beat after which a run counts as lost
logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Progress:
    """How far the download is; written by the connector's thread, read by the beat."""

    fields: int = 0
    templates: int = 0


def run(refresh_id: int) -> None:
    """Do one refresh. Leaves at once when it is done, cancelled, or another worker is at it."""
    refresh = claim(refresh_id)
    if refresh is None:
        return
    try:
        _run(refresh)
    except Overtaken:
        logger.info("refresh %s was cancelled or taken over", refresh_id)
    except KeyRefused as error:
        health.key_refused(refresh.channel, error)
        _failed(refresh, error.code, error.provider_reason)
    except ConnectorError as error:
        _failed(refresh, error.code, error.provider_reason)
    except Exception as error:
        # Whatever went wrong, the row must not stay "running": it is told as ours, and the task's log has the rest.
        _failed(refresh, "internal", type(error).__name__)
        raise


def claim(refresh_id: int) -> Refresh | None:
    """Take a waiting refresh, or one whose worker has been silent for a minute; None when there is nothing to take."""
    lost = real_now() - timedelta(seconds=SILENT)
    silent = Q(beat_at__lt=lost) | Q(beat_at__gt=latest_believed())
    free = Q(state=RefreshState.WAITING) | Q(silent, state=RefreshState.RUNNING)
    taken = Refresh.objects.filter(free, pk=refresh_id).update(
        state=RefreshState.RUNNING, started_at=now(), beat_at=real_now(), attempt=F("attempt") + 1, step="reading"
    )
    return Refresh.objects.select_related("channel").get(pk=refresh_id) if taken else None


def _run(refresh: Refresh) -> None:
    progress = Progress()
    wanted = refresh.channel.platform in (Platform.WHATSAPP, Platform.UNKNOWN)

    async def deed(connector: Connector) -> Download:
        return await _download(connector, progress, refresh.channel, templates_wanted=wanted)

    def beat() -> None:
        mine = Refresh.objects.filter(pk=refresh.pk, state=RefreshState.RUNNING, attempt=refresh.attempt)
        if not mine.update(beat_at=real_now(), fields_read=progress.fields, templates_read=progress.templates):
            raise Overtaken

    download = gateway.call(refresh.channel, deed, beat=beat)
    health.key_works(refresh.channel)
    store(refresh, download)
    health.refresh_worked(refresh.channel)


async def _download(connector: Connector, progress: Progress, channel: Channel, *, templates_wanted: bool) -> Download:
    listing = await _bounded(connector.list_channels())
    told = next((listed.platform for listed in listing.channels if listed.id == channel.provider_id), Platform.UNKNOWN)
    if told != Platform.UNKNOWN:
        templates_wanted = told == Platform.WHATSAPP
    fields, templates = await asyncio.gather(
        _fields(connector, progress), _templates(connector, progress, wanted=templates_wanted), return_exceptions=True
    )
    for outcome in (fields, templates):
        if isinstance(outcome, KeyRefused):
            raise outcome
    if isinstance(fields, BaseException):
        raise fields
    if isinstance(templates, BaseException):
        raise templates
    return Download(listing, fields, templates)


async def _fields(connector: Connector, progress: Progress) -> Sequence[ListedField]:
    fields = await _bounded(connector.list_fields())
    progress.fields = len(fields)
    return fields


async def _templates(connector: Connector, progress: Progress, *, wanted: bool) -> Sequence[ListedTemplate] | None:
    """Return all templates, none for a platform that has none, None when the provider has no list."""
    if not wanted:
        return ()
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(settings.READ_TIMEOUT) as bound:

            def advanced(count: int) -> None:
                progress.templates = count
                bound.reschedule(loop.time() + settings.READ_TIMEOUT)

            return await connector.list_templates(advanced)
    except NotSupported:
        return None
    except TimeoutError:
        raise TimedOut from None


async def _bounded[T](asked: Awaitable[T]) -> T:
    try:
        async with asyncio.timeout(settings.READ_TIMEOUT):
            return await asked
    except TimeoutError:
        raise TimedOut from None


def _failed(refresh: Refresh, code: str, detail: str) -> None:
    """Tell what went wrong, on the refresh and on its channel; everything else is as it was."""
    ended = Refresh.objects.filter(pk=refresh.pk, state=RefreshState.RUNNING, attempt=refresh.attempt).update(
        state=RefreshState.FAILED, step="", problem=code, problem_detail=detail[:500], finished_at=now()
    )
    if ended:
        health.refresh_failed(refresh.channel, code)
