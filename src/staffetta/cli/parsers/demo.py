"""`staffetta demo`: the main job played through the real product against the simulator, every number checked."""

from staffetta.cli.parsers.action import Action
from staffetta.cli.parsers.options import Subparsers
from staffetta.cli.parsers.translation import gettext as _


def register(subparsers: Subparsers) -> None:
    parser = subparsers.add_parser("demo", help=_("play the main job against the simulator"))
    parser.add_argument("--exit", action="store_true", help=_("stop after the report; 0 only if every number is right"))
    parser.add_argument("--port", type=int, default=8000, help=_("port of the web interface (0: any free one)"))
    parser.add_argument("--simulator-port", type=int, default=0, help=_("port of the simulator (0: any free one)"))
    parser.add_argument("--fault", action="append", default=[], metavar="JSON", help=_("a fault for the simulator"))
    parser.set_defaults(run=Action("demo", "run"), raw=True)
