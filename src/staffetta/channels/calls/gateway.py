"""The only door to a connector: builds it with the channel's key, profile and recorder, and runs its coroutines.

Async code uses `open`; pages and tasks use `call`, which runs the coroutine on the loop of all outgoing connections, so
that it works whether or not an event loop is running here, and so that the caller can show progress meanwhile.
"""

import tomllib
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from concurrent.futures import wait
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from asgiref.sync import sync_to_async
from django.conf import settings as django_settings

from staffetta.channels.calls.recorder import Recorder
from staffetta.channels.calls.seal import SealBroken, unseal
from staffetta.channels.models import Channel
from staffetta.connectors.contract import Connector, KeyShape, Settings
from staffetta.connectors.errors import ConnectorError, Fault, KeyRefused, Ruling
from staffetta.connectors.messages import Capabilities, Exchange, Reply
from staffetta.connectors.registry import connector_class
from staffetta.outbound.example import ExampleAnswer
from staffetta.outbound.loop import Work, run

PROVIDER = "engage"
NO_KEY = "no key: nothing leaves this machine"
BEAT = 0.5  # seconds between two looks of the caller at work under way

type Deed[T] = Callable[[Connector], Coroutine[Any, Any, T]]


class NoKey(KeyRefused):
    """The channel has no key: it was disconnected meanwhile."""

    code = "no_key"


class KeyUnreadable(KeyRefused):
    """The stored key was encrypted with a secret this installation no longer has."""

    code = "key_unreadable"


class WrongProfile(ConnectorError):
    """The profile file, or the channel's own profile, cannot be used."""

    code, ruling, fault = "wrong_profile", Ruling.CHANNEL, Fault.US


def shape(key: str, provider: str = PROVIDER) -> KeyShape:
    """Read the form of a trimmed key, without the network."""
    return connector_class(provider).shape(key)


def capabilities(provider: str = PROVIDER) -> Capabilities:
    """Return what a provider can do, and its limits."""
    return connector_class(provider).capabilities


class _Unrecorded:
    """An example is no API call."""

    def wants(self, *, is_send: bool, failed: bool) -> bool:  # noqa: ARG002 - the same answer for all
        return False

    def now(self) -> float:
        return 0.0

    def __call__(self, exchange: Exchange) -> None:
        """Keep nothing."""


def read_example_reply(channel: Channel, recipient: str, text: str) -> list[Reply]:
    """Return what the connector reads from an answer that tells of one reply. Nothing leaves this machine.

    Raises WrongProfile, and what the connector raises for an answer it cannot read.
    """
    kind = connector_class(channel.provider)

    async def read() -> list[Reply]:
        found: list[Reply] = []
        try:
            settings = connector_settings(channel.profile)
            settings = replace(settings, transport=ExampleAnswer(kind.example_reply(settings, recipient, text)))
            connector = kind(NO_KEY, settings, _Unrecorded())
        except (ValueError, OSError) as error:
            raise WrongProfile("", str(error)) from None
        async with connector:
            async for page in connector.replies():
                found += page
        return found

    return run(read())


@asynccontextmanager
async def open(  # noqa: A001
    channel: Channel, recorder: Recorder | None = None, longest: float | None = None
) -> AsyncIterator[Connector]:
    """Open the channel's connection. Whoever brings a recorder flushes it; else it is flushed at the end.

    `longest`: seconds from a request to the end of its answer, then it is given up.

    Raises NoKey, KeyUnreadable or WrongProfile; inside, the connector raises its own errors.
    """
    kept = recorder or Recorder(channel.pk)
    try:
        async with _build(channel.provider, _key(channel), channel.profile, kept, longest) as connector:
            yield connector
    finally:
        if recorder is None and kept.pending:
            await sync_to_async(kept.flush)()


def call[T](
    channel: Channel, deed: Deed[T], *, beat: Callable[[], None] | None = None, recorder: Recorder | None = None
) -> T:
    """Run `deed` on the channel's connector and return its result; `beat` is called every half second meanwhile.

    An exception of `beat` cancels the work and passes through, like those of the connector.
    """
    return begin(channel, deed, recorder).result(beat)


def begin[T](channel: Channel, deed: Deed[T], recorder: Recorder | None = None) -> "Begun[T]":
    """Let `deed` run on the channel's connector while the caller does something else.

    Raises NoKey or KeyUnreadable at once, everything else in `result`.
    """
    return Begun(_key(channel), deed, recorder or Recorder(channel.pk), channel.provider, channel.profile)


def call_key[T](
    key: str,
    deed: Deed[T],
    recorder: Recorder,
    provider: str = PROVIDER,
    profile: Mapping[str, object] | None = None,
    *,
    beat: Callable[[], None] | None = None,
) -> T:
    """Run `deed` with a key that may not be stored yet; the recorder is flushed if it knows its channel by then."""

    return Begun(key, deed, recorder, provider, profile or {}).result(beat)


class Begun[T]:
    """A deed under way on the loop of the connections. Whoever began it takes its result or cancels it."""

    def __init__(
        self, key: str, deed: Deed[T], recorder: Recorder, provider: str, profile: Mapping[str, object]
    ) -> None:
        self._recorder = recorder

        async def opened() -> T:
            async with _build(provider, key, profile, recorder) as connector:
                return await deed(connector)

        self._work = Work(opened())

    def result(self, beat: Callable[[], None] | None = None) -> T:
        """Wait for the result, calling `beat` every half second; an exception of `beat` cancels the work."""
        try:
            while beat is not None and not wait([self._work.outcome], BEAT).done:
                beat()
            return self._work.outcome.result()
        except BaseException:
            self._work.cancel()
            raise
        finally:
            self._flush()

    def cancel(self) -> None:
        """Give the work up; what was asked by then is recorded."""
        self._work.cancel()
        self._flush()

    def _flush(self) -> None:
        if self._recorder.known:
            self._recorder.flush()


def connector_settings(profile: Mapping[str, object], longest: float | None = None) -> Settings:
    """Return how connectors run: the environment's settings, the profile file, and over it the channel's profile."""
    found = Settings(
        base_url=django_settings.ENGAGE_URL,
        version=django_settings.ENGAGE_VERSION,
        allow_private_addresses=django_settings.ALLOW_PRIVATE_ADDRESSES,
        connect_timeout=django_settings.CONNECT_TIMEOUT,
        read_timeout=django_settings.READ_TIMEOUT,
        max_connections=max(100, django_settings.SEND_CONCURRENCY),
        profile=_profile(profile) or None,
    )
    return found if longest is None else replace(found, whole_timeout=longest)


def _key(channel: Channel) -> str:
    if channel.sealed_key is None:
        raise NoKey
    try:
        return unseal(bytes(channel.sealed_key))
    except SealBroken:
        raise KeyUnreadable from None


def _build(
    provider: str, key: str, profile: Mapping[str, object], recorder: Recorder, longest: float | None = None
) -> Connector:
    try:
        return connector_class(provider)(key, connector_settings(profile, longest), recorder)
    except (ValueError, OSError) as error:
        raise WrongProfile("", str(error)) from None


def _profile(own: Mapping[str, object]) -> dict[str, object]:
    """Lay the channel's entries over those of the file, table by table."""
    merged: dict[str, object] = {}
    if path := django_settings.ENGAGE_PROFILE:
        merged = dict(tomllib.loads(Path(path).read_text(encoding="utf-8")))
    for name, entries in own.items():
        below = merged.get(name)
        both = isinstance(entries, dict) and isinstance(below, dict)
        merged[name] = {**cast("dict[str, object]", below), **cast("dict[str, object]", entries)} if both else entries
    return merged
