"""The simulator as one object: the world, the clock, the ledger, and what is set to go wrong."""

from __future__ import annotations

from .answers import Shapes, read_shapes
from .clock import Clock
from .faults import Faults
from .held import Held
from .ledger import Ledger
from .seed import BadSeed, build_world
from .seen import Seen
from .template import Row
from .world import Channel, World


class Simulator:
    """All state. It lives in one process and on one event loop, so nothing needs a lock."""

    world: World
    shapes: Shapes

    def __init__(self, seed: Row) -> None:
        self.clock = Clock()
        self.ledger = Ledger()
        self.faults = Faults()
        self.held = Held()
        self.seen = Seen()
        self.restart(seed)

    def restart(self, seed: Row) -> None:
        """The world of this seed from its beginning: no ledger, no faults but the seed's own, the real time."""
        world = build_world(seed)
        try:
            shapes = read_shapes(seed.get("shapes") or {})
            self.faults.replace(seed.get("faults") or [])
        except ValueError as error:
            raise BadSeed(str(error)) from error
        self.seed, self.world, self.shapes = seed, world, shapes
        self.ledger.clear()
        self.seen.clear()
        self.held.release("cut")
        self.clock.offset = 0.0

    def channel_of(self, apikey: str) -> Channel | None:
        """The one channel this key belongs to."""
        return self.world.by_key.get(apikey)
