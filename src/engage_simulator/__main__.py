"""The command `engage-simulator`."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence

from .seed import BadSeed, load_seed
from .server import PortTaken, reserve, serve
from .simulator import Simulator


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve a seed; the first line of the output is the address. 1 = the seed or the port is no good."""
    options = _parser().parse_args(arguments)
    try:
        simulator = Simulator(load_seed(options.seed))
        holder = reserve(options.host, options.port)
    except (BadSeed, PortTaken) as error:
        sys.stderr.write(f"engage-simulator: {error}\n")
        return 1
    asyncio.run(serve(simulator, options.host, holder, with_parent=options.die_with_parent))
    sys.stdout.flush()
    os._exit(0)  # granian's threads may touch the interpreter while it is taken down: "panic in a function …"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="engage-simulator", description="Sinch Engage in a box.")
    parser.add_argument("--port", type=int, default=8016, help="0 takes any free port (default: 8016)")
    parser.add_argument("--host", default="127.0.0.1", help="default: 127.0.0.1; the control address has no password")
    parser.add_argument("--seed", default="demo", help="story, demo, or a JSON file (default: demo)")
    parser.add_argument("--die-with-parent", action="store_true", help="end when standard input closes")
    return parser


if __name__ == "__main__":
    sys.exit(main())
