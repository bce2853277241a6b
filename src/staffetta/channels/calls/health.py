"""Whether a channel works: the key refused or accepted, a refresh that failed; incidents opened and closed by it."""

from django.db import transaction
from django.db.models import Case, Value, When

from staffetta.channels.models import Channel, ConnectionState
from staffetta.connectors.errors import ConnectorError
from staffetta.notices import incidents
from staffetta.work.clock import now

KEY_INCIDENT = "channel_key"
REFRESH_INCIDENT = "channel_refresh"
SEND_INCIDENT = "channel_send"
REFRESHES_IN_A_ROW = 3
WORKING = (ConnectionState.CONNECTED, ConnectionState.CONNECTING)


def key_refused(channel: Channel, error: ConnectorError | None = None) -> None:
    """Tell that the provider refused the key `channel` was loaded with: held from now on, with an incident.

    Does nothing when the key was replaced meanwhile: the refusal is that of the former one.
    """
    code, detail = (error.code, error.provider_reason) if error else ("key_refused", "")
    with transaction.atomic():
        mine = Channel.objects.filter(pk=channel.pk, key_digest=channel.key_digest)
        mine.filter(state__in=WORKING).update(state=ConnectionState.REFUSED, key_refused_at=now())
        if mine.filter(state__in=[ConnectionState.REFUSED, ConnectionState.GONE]).exists():
            incidents.failure(KEY_INCIDENT, str(channel.pk), str(channel), code, detail)


def key_works(channel: Channel) -> None:
    """Tell that the provider accepted the key `channel` was loaded with: a refusal before is over."""
    with transaction.atomic():
        mine = Channel.objects.filter(pk=channel.pk, key_digest=channel.key_digest)
        if mine.filter(key_refused_at__isnull=False).update(
            state=Case(When(state=ConnectionState.REFUSED, then=Value(ConnectionState.CONNECTED)), default="state"),
            key_refused_at=None,
        ):
            incidents.success(KEY_INCIDENT, str(channel.pk))


def send_refused(channel: Channel, error: ConnectorError) -> None:
    """Tell that the key is good, but may not send: it stays connected, with an incident until something is accepted."""
    incidents.failure(SEND_INCIDENT, str(channel.pk), str(channel), error.code, error.provider_reason)


def send_accepted(channel: Channel) -> None:
    """Tell that a message was accepted: what kept the key from sending is over."""
    if incidents.is_open(SEND_INCIDENT, str(channel.pk)):
        incidents.success(SEND_INCIDENT, str(channel.pk))


def refresh_failed(channel: Channel, code: str) -> None:
    """Keep why the last refresh failed; a connection that was just made stands, since the key was proven."""
    rows = Channel.objects.filter(pk=channel.pk)
    rows.update(problem=code, problem_at=now())
    rows.filter(state=ConnectionState.CONNECTING).update(state=ConnectionState.CONNECTED, connected_at=now())
    if not rows.filter(state=ConnectionState.REFUSED).exists():
        incidents.failure(REFRESH_INCIDENT, str(channel.pk), str(channel), code, opens_after=REFRESHES_IN_A_ROW)


def refresh_worked(channel: Channel) -> None:
    """One good refresh ends a row of failures."""
    incidents.success(REFRESH_INCIDENT, str(channel.pk))


def forget(channel_ids: list[int]) -> None:
    """Close what was open about channels that are being disconnected."""
    for pk in channel_ids:
        incidents.success(KEY_INCIDENT, str(pk))
        incidents.success(SEND_INCIDENT, str(pk))
        incidents.success(REFRESH_INCIDENT, str(pk))
