"""What the channel list shows: every channel with its counts, its refresh and its trouble; trouble first."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Case, IntegerField, Value, When
from django.utils.translation import gettext as _

from staffetta.channels.message_templates import templates
from staffetta.channels.models import Channel, ConnectionState, Refresh, RefreshState
from staffetta.channels.refreshing.ask import UNDER_WAY
from staffetta.channels.wording import TOLD, UNSTORABLE, ProblemText, problem_text

ORDER = (ConnectionState.REFUSED, ConnectionState.CONNECTING, ConnectionState.CONNECTED, ConnectionState.AVAILABLE)


@dataclass(slots=True)
class News:
    """One thing a refresh found: its name, what happened to it, and which page shows it."""

    name: str
    what: str
    kind: str  # template or field


@dataclass(slots=True)
class Row:
    """One channel as the list and its home show it. `refresh` is the one under way, or the last one not dismissed."""

    channel: Channel
    counts: templates.Counts
    refresh: Refresh | None = None

    @property
    def under_way(self) -> bool:
        return self.refresh is not None and self.refresh.state in UNDER_WAY

    @property
    def started(self) -> bool:
        return self.refresh is not None and self.refresh.state == RefreshState.RUNNING

    @property
    def result(self) -> Refresh | None:
        """The result to be shown until it is dismissed."""
        done = self.refresh is not None and self.refresh.state == RefreshState.DONE
        return self.refresh if done else None

    @property
    def failure(self) -> Refresh | None:
        """The failed refresh to be shown until it is dismissed."""
        failed = self.refresh is not None and self.refresh.state == RefreshState.FAILED
        return self.refresh if failed and not self.refused else None

    @property
    def refused(self) -> bool:
        return self.channel.state == ConnectionState.REFUSED

    @property
    def problem(self) -> ProblemText | None:
        """Why the last refresh failed; None while it was good or the key is refused."""
        return problem_text(self.channel.problem) if self.channel.problem and not self.refused else None

    @property
    def figures(self) -> bool:
        """Whether there are template counts to show."""
        return self.channel.has_key and self.channel.is_whatsapp and self.channel.refreshed_at is not None

    @property
    def news(self) -> list[News]:
        return news(self.result) if self.result else []

    @property
    def unstorable(self) -> list[tuple[str, str]]:
        """What the last refresh left aside since its name cannot be kept, and why."""
        listed = self.result.result.get("unstorable", []) if self.result else []
        return [(name, str(UNSTORABLE.get(why, why))) for name, why in listed]

    @property
    def settled(self) -> str:
        """What to say of a result without news."""
        if self.result is None or self.news:
            return ""
        return "" if self.result.result.get("first") else _("Nothing is new.")


def news(refresh: Refresh) -> list[News]:
    """Return what a refresh found, templates first."""
    result = refresh.result
    found = [
        News(name, ", ".join(str(TOLD.get(word, word)) for word in words), "template")
        for name, words in result.get("templates_told", {}).items()
    ]
    for key, what in (
        ("fields_new", _("new")),
        ("fields_changed", _("changed")),
        ("fields_gone", _("no longer there")),
    ):
        found += [News(name, what, "field") for name in result.get(key, [])]
    return found


def rows(channels: Iterable[Channel] | None = None) -> list[Row]:
    """Return the rows of these channels, else of all, trouble first: three queries whatever their number."""
    shown = list(_ordered() if channels is None else channels)
    ids = [channel.pk for channel in shown]
    counted = templates.counts(ids)
    latest: dict[int, Refresh] = {}
    for refresh in Refresh.objects.filter(channel__in=ids, dismissed_at=None).exclude(state=RefreshState.CANCELLED):
        known = latest.get(refresh.channel_id)
        if known is None or refresh.pk > known.pk:
            latest[refresh.channel_id] = refresh
    return [Row(channel, counted[channel.pk], latest.get(channel.pk)) for channel in shown]


def _ordered() -> "Iterable[Channel]":
    places = [When(state=state, then=Value(place)) for place, state in enumerate(ORDER)]
    order = Case(*places, default=Value(len(places)), output_field=IntegerField())
    return Channel.objects.order_by(order, "name", "provider_id")


def list_is_missing(shown: list[Row]) -> bool:
    """Say whether no connected key was given a list of channels: then only channels whose key was entered show."""
    read = [row.channel for row in shown if row.channel.has_key and row.channel.refreshed_at]
    return bool(read) and not any(channel.channels_listed for channel in read)


def why_no_refresh(shown: list[Row]) -> str:
    """Return why "Refresh" cannot be used now, "" when it can."""
    with_key = [row for row in shown if row.channel.has_key]
    if with_key and all(row.under_way for row in with_key):
        return _("A refresh is already under way.")
    return ""
