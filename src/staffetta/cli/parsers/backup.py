"""`staffetta backup FILE` and `staffetta restore FILE`."""

from pathlib import Path

from staffetta.cli.parsers.action import Action
from staffetta.cli.parsers.options import Subparsers, json_option
from staffetta.cli.parsers.translation import gettext as _


def register(subparsers: Subparsers) -> None:
    saving = subparsers.add_parser("backup", help=_("write everything into one file: database, key, uploaded files"))
    saving.add_argument("file", type=Path, metavar="FILE")
    saving.add_argument("--yes", action="store_true", help=_("replace the file if it exists"))
    json_option(saving, _("answer as JSON"))
    saving.set_defaults(run=Action("backup", "save"))
    bringing = subparsers.add_parser("restore", help=_("bring everything back from such a file"))
    bringing.add_argument("file", type=Path, metavar="FILE")
    bringing.add_argument("--yes", action="store_true", help=_("replace the data that is here now"))
    json_option(bringing, _("answer as JSON"))
    bringing.set_defaults(run=Action("backup", "bring_back"), raw=True)
