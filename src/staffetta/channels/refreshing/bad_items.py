"""What one refresh could not take over of a channel: each template and field by itself, so that the others come in."""

import json
from collections.abc import Callable, Sequence
from functools import partial

from staffetta.channels.models import Channel
from staffetta.work import set_aside

LANE = "refresh"


class BadItems:
    """Templates and fields that one refresh sets aside. The next refresh tries them again."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._subjects: dict[str, None] = {}

    @property
    def number(self) -> int:
        return len(self._subjects)

    def sift[T](self, kind: str, items: Sequence[T], name: Callable[[T], str], probe: Callable[[T], object]) -> list[T]:
        """Return the items on which `probe` raises nothing."""
        good = []
        for item in items:
            try:
                set_aside.call(LANE, self._subject(kind, name(item)), partial(probe, item))
            except Exception as error:  # own_fault decides which of them go on up
                if not set_aside.own_fault(error):
                    raise
                self.refuse(kind, name(item), error)
            else:
                good.append(item)
        return good

    def refuse(self, kind: str, name: str, error: Exception) -> None:
        subject = self._subject(kind, name)
        if subject not in self._subjects:
            self._subjects[subject] = None
            set_aside.keep(LANE, subject, error, name=f"{self._channel}: {name}", by_itself=False)

    def close(self) -> None:
        """Forget what a former refresh set aside and this one took over."""
        set_aside.forget_others(LANE, _prefix(self._channel.pk), list(self._subjects))

    def _subject(self, kind: str, name: str) -> str:
        return f"{_prefix(self._channel.pk)}{kind}:{name}"


def encodable(value: object) -> None:
    """Raise UnicodeEncodeError for text that no database takes."""
    json.dumps(value, ensure_ascii=False, default=str).encode()


def forget(channel_ids: Sequence[int]) -> None:
    """The channels are disconnected: what was set aside of them goes with them."""
    for pk in channel_ids:
        set_aside.forget_others(LANE, _prefix(pk), [])


def _prefix(channel_id: int) -> str:
    return f"channel:{channel_id}:"
