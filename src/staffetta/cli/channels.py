"""`staffetta channels …`: connect, list, refresh, disconnect, reset."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from django.utils.translation import gettext as _

from staffetta.channels.calls.pace import burst_of, rate_of, set_pace
from staffetta.channels.connection import connect, disconnect, overview
from staffetta.channels.connection.connect import NotConnected
from staffetta.channels.connection.disconnect import Blocked
from staffetta.channels.connection.forms import PaceForm
from staffetta.channels.models import Channel, Refresh, RefreshState
from staffetta.channels.refreshing import ask
from staffetta.channels.wording import problem_text
from staffetta.cli.agree import agreed
from staffetta.cli.output import complain, emit, fail, say, table
from staffetta.cli.waiting import wait_for

LANES = ("jobs",)
MOST_OF_A_KEY = 10_000  # characters read from a file: a whole disk given by mistake is not


def read_key(args: argparse.Namespace) -> str:
    """Return the key from the file or standard input."""
    if args.key_file == "-":
        return sys.stdin.read(MOST_OF_A_KEY)
    try:
        with Path(args.key_file).open(encoding="utf-8", errors="replace") as file:
            return file.read(MOST_OF_A_KEY)
    except OSError as error:
        fail(_("The file of the API Key cannot be read: %(problem)s") % {"problem": error.strerror or ""})


def channel_of(provider_id: str) -> Channel:
    """Return the channel with this id of the provider; ends the command when there is none."""
    channel = Channel.objects.filter(provider_id=provider_id).first()
    if channel is None:
        fail(_("There is no channel with the ID %(id)s.") % {"id": provider_id})
    return channel


def connect_one(args: argparse.Namespace) -> int:
    """Connect, and wait until everything is downloaded."""
    try:
        asked = connect.connect(read_key(args), replace=args.replace, chosen=args.channel, sure=args.unusual_key)
    except NotConnected as problem:
        text = str(problem_text(problem.code, **problem.names))
        if problem.code == "unusual_key":
            text += " " + _("If it is, add --unusual-key.")
        choices = "".join(f"\n  {row.id}  {row.name}" for row in problem.candidates)
        fail(f"{text}{choices}\n" + _("Nothing was saved."))
    _wait([asked])
    shown = overview.rows([Channel.objects.get(pk=asked.channel_id)])
    emit(args, described(shown[0]), lambda: _table(overview.rows()))
    return _told([asked])


def list_channels(args: argparse.Namespace) -> int:
    shown = overview.rows()
    emit(args, [described(row) for row in shown], lambda: _table(shown))
    return 0


def refresh(args: argparse.Namespace) -> int:
    """Ask for a refresh, of one channel or of all that have a key; with `--wait` tell how it went."""
    if args.channel:
        channel = channel_of(args.channel)
        if not channel.has_key:
            fail(str(problem_text("no_key")))
        asked = [ask.ask(channel)]
    else:
        asked = ask.ask_all()
    if not asked:
        fail(_("No channel is connected yet."))
    if args.wait:
        _wait(asked)
    rows = overview.rows(Channel.objects.filter(pk__in=[row.channel_id for row in asked]).order_by("id"))
    emit(args, [described(row) for row in rows], lambda: _table(rows))
    return _told(asked) if args.wait else 0


def pace(args: argparse.Namespace) -> int:
    """Set the pace; a sender under way takes it up."""
    channel = channel_of(args.id)
    form = PaceForm({"pace": args.per_second, "burst": args.burst})
    if not form.is_valid():
        fail(" ".join(f"{form[name].label}: {words}" for name, errors in form.errors.items() for words in errors))
    set_pace(channel, form.cleaned_data["pace"], form.cleaned_data["burst"])
    shown = overview.rows([channel])
    emit(args, described(shown[0]), lambda: _told_pace(channel))
    return 0


def _told_pace(channel: Channel) -> str:
    rate, burst = rate_of(channel), burst_of(channel)
    if not rate:
        return _("%(channel)s: no limit of ours.") % {"channel": channel}
    words = _("%(channel)s: %(rate)g messages a second, %(burst)g at once.")
    return words % {"channel": channel, "rate": rate, "burst": burst}


def disconnect_one(args: argparse.Namespace) -> int:
    channel = channel_of(args.id)
    _agreed(args, lambda: list(Channel.objects.filter(pk=channel.pk)))
    try:
        disconnect.disconnect(channel)
    except Blocked as blocked:
        fail(str(blocked))
    say(_("%(channel)s was disconnected. On Sinch Engage nothing changed.") % {"channel": channel})
    return 0


def reset(args: argparse.Namespace) -> int:
    _agreed(args, lambda: list(Channel.objects.order_by("pk")))
    try:
        disconnect.reset()
    except Blocked as blocked:
        fail(str(blocked))
    say(_("All channels were reset. On Sinch Engage nothing changed."))
    return 0


def described(row: overview.Row) -> dict[str, object]:
    """Return a channel as JSON. Template counts are null where there are none to speak of."""
    channel = row.channel
    return {
        "id": channel.provider_id,
        "name": str(channel),
        "platform": channel.platform,
        "state": channel.state,
        "number": channel.number,
        "pace": rate_of(channel),
        "burst": burst_of(channel),
        "templates_active": row.counts.active if row.figures else None,
        "templates_available": row.counts.available if row.figures else None,
        "refreshed_at": channel.refreshed_at,
        "problem": "key_refused" if row.refused else channel.problem,
    }


def _table(rows: list[overview.Row]) -> str:
    headings = (_("ID"), _("Name"), _("Platform"), _("State"), _("Templates"), _("Problem"))
    lines = [
        (
            row.channel.provider_id,
            row.channel,
            row.channel.get_platform_display(),
            row.channel.get_state_display(),
            f"{row.counts.active}/{row.counts.available}" if row.figures else "–",
            problem_text("key_refused").what if row.refused else row.problem.what if row.problem else "",
        )
        for row in rows
    ]
    return table(headings, lines)


def _wait(asked: list[Refresh]) -> None:
    ids = [refresh.pk for refresh in asked]
    wait_for(lambda: not Refresh.objects.filter(pk__in=ids, state__in=ask.UNDER_WAY).exists(), LANES)


def _told(asked: list[Refresh]) -> int:
    """Say which refreshes failed; 1 if any did."""
    failed = Refresh.objects.filter(pk__in=[refresh.pk for refresh in asked]).exclude(state=RefreshState.DONE)
    for refresh in failed.select_related("channel"):
        text = problem_text(refresh.problem) if refresh.problem else _("The refresh was cancelled.")
        complain(f"{refresh.channel}: {text} {refresh.problem_detail}".strip())
    return 1 if failed else 0


def _agreed(args: argparse.Namespace, channels: Callable[[], list[Channel]]) -> None:
    if blocking := disconnect.outlook(channels()).blockers:
        stop = "\n".join(f"  {blocker.label}" for blocker in blocking)
        fail(_("This is in the way, stop it first:") + f"\n{stop}")
    agreed(args, lambda: _shown(channels()))


def _shown(channels: list[Channel]) -> list[str]:
    """Return what would go, and what would be held."""
    outlook = disconnect.outlook(channels)
    counted = _("%(channels)d channels, %(keys)d keys, %(templates)d templates, %(fields)d fields would go.") % {
        "channels": outlook.channels,
        "keys": outlook.keys,
        "templates": outlook.templates,
        "fields": outlook.fields,
    }
    held = [f"  {held.number} {held.label}" for held in outlook.held]
    return [*(f"  {channel.provider_id}  {channel}" for channel in channels), counted, *held]
