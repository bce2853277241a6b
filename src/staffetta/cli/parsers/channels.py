"""`staffetta channels …`: connect, list, refresh, disconnect, reset."""

from staffetta.cli.parsers.action import Action
from staffetta.cli.parsers.options import Subparsers, json_option, key_option
from staffetta.cli.parsers.translation import gettext as _


def register(nouns: Subparsers) -> None:
    noun = nouns.add_parser("channels", help=_("connect, list and refresh the channels of Sinch Engage"))
    verbs = noun.add_subparsers(metavar=_("COMMAND"), required=True)
    _register_connect(verbs)
    listed = verbs.add_parser("list", help=_("list the channels"))
    json_option(listed, _("print a JSON array"))
    listed.set_defaults(run=Action("channels", "list_channels"))
    refreshed = verbs.add_parser("refresh", help=_("download fields and templates again"))
    refreshed.add_argument("--channel", metavar="ID", help=_("only this channel"))
    refreshed.add_argument("--wait", action="store_true", help=_("end when the refresh has ended"))
    json_option(refreshed, _("print a JSON array"))
    refreshed.set_defaults(run=Action("channels", "refresh"))
    _register_pace(verbs)
    gone = verbs.add_parser("disconnect", help=_("forget a channel: its key, templates, fields and settings"))
    gone.add_argument("id", metavar="ID")
    gone.add_argument("--yes", action="store_true", help=_("do it: without this, only say what would go"))
    gone.set_defaults(run=Action("channels", "disconnect_one"))
    reset_all = verbs.add_parser("reset", help=_("forget all channels and start from zero"))
    reset_all.add_argument("--yes", action="store_true", help=_("do it: without this, only say what would go"))
    reset_all.set_defaults(run=Action("channels", "reset"))


def _register_connect(verbs: Subparsers) -> None:
    parser = verbs.add_parser("connect", help=_("connect the channel an API Key belongs to"))
    key_option(parser)
    parser.add_argument("--channel", metavar="ID", default="", help=_("which channel, if the key does not tell"))
    parser.add_argument("--replace", action="store_true", help=_("replace the key of a channel that is connected"))
    json_option(parser, _("print the channel as JSON"))
    parser.set_defaults(run=Action("channels", "connect_one"))


def _register_pace(verbs: Subparsers) -> None:
    parser = verbs.add_parser("pace", help=_("set how fast a channel sends"))
    parser.add_argument("id", metavar="ID")
    parser.add_argument("--per-second", metavar="N", default="", help=_("messages a second; without it: as everywhere"))
    parser.add_argument("--burst", metavar="N", default="", help=_("messages that may leave at once, after a rest"))
    json_option(parser, _("print the channel as JSON"))
    parser.set_defaults(run=Action("channels", "pace"))
