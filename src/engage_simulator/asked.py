"""What a handler gets: the simulator, the channel whose key was given, and the call."""

from __future__ import annotations

from typing import NamedTuple

from .answers import Shapes
from .calls import Call
from .simulator import Simulator
from .world import Channel


class Asked(NamedTuple):
    """One call with a good key."""

    simulator: Simulator
    channel: Channel
    call: Call

    @property
    def shapes(self) -> Shapes:
        return self.simulator.shapes
