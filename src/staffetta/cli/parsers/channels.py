"""`staffetta channels …`: connect, list, refresh, prove, sources of opt-outs, disconnect, reset."""

from staffetta.cli.parsers.action import Action
from staffetta.cli.parsers.options import Subparsers, agree_options, json_option, key_option
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
    _register_proof(verbs)
    _register_opt_outs(verbs)
    gone = verbs.add_parser("disconnect", help=_("forget a channel: its key, templates, fields and settings"))
    gone.add_argument("id", metavar="ID")
    agree_options(gone)
    gone.set_defaults(run=Action("channels", "disconnect_one"))
    reset_all = verbs.add_parser("reset", help=_("forget all channels and start from zero"))
    agree_options(reset_all)
    reset_all.set_defaults(run=Action("channels", "reset"))


def _register_connect(verbs: Subparsers) -> None:
    parser = verbs.add_parser("connect", help=_("connect the channel an API Key belongs to"))
    key_option(parser)
    parser.add_argument("--channel", metavar="ID", default="", help=_("which channel, if the key does not tell"))
    parser.add_argument("--replace", action="store_true", help=_("replace the key of a channel that is connected"))
    parser.add_argument("--unusual-key", action="store_true", help=_("the key has another form than usual: try it"))
    json_option(parser, _("print the channel as JSON"))
    parser.set_defaults(run=Action("channels", "connect_one"))


def _register_opt_outs(verbs: Subparsers) -> None:
    parser = verbs.add_parser(
        "opt-outs", help=_("show how old what is known of opt-outs is; decide what a start may do")
    )
    parser.add_argument("id", metavar="ID")
    parser.add_argument(
        "--stopped-alone",
        choices=["yes", "no"],
        help=_(
            "start also when the conversations cannot be read at all: whoever writes STOP is written to all the same"
        ),
    )
    parser.add_argument(
        "--older",
        choices=["yes", "no"],
        help=_(
            "start also on an older reading of the customers: whoever was stopped since may be written to once more"
        ),
    )
    json_option(parser, _("print the sources as JSON"))
    parser.set_defaults(run=Action("opt_out_sources", "show"))


def _register_pace(verbs: Subparsers) -> None:
    parser = verbs.add_parser("pace", help=_("set how fast a channel sends"))
    parser.add_argument("id", metavar="ID")
    parser.add_argument("--per-second", metavar="N", default="", help=_("messages a second; without it: as everywhere"))
    parser.add_argument("--burst", metavar="N", default="", help=_("messages that may leave at once, after a rest"))
    json_option(parser, _("print the channel as JSON"))
    parser.set_defaults(run=Action("channels", "pace"))


def _register_proof(verbs: Subparsers) -> None:
    number = verbs.add_parser("test-number", help=_("set the number with which a channel's opt-out chain is checked"))
    number.add_argument("id", metavar="ID")
    number.add_argument("number", metavar="NUMBER", nargs="?", default="", help=_("with + and the country code"))
    number.add_argument("--remove", action="store_true", help=_("remove it: the channel is no longer checked"))
    json_option(number, _("print the test number as JSON"))
    number.set_defaults(run=Action("stop_proof", "test_number"))
    proof = verbs.add_parser("prove-stop", help=_("check now that a STOP written on a channel is known"))
    proof.add_argument("id", metavar="ID")
    json_option(proof, _("print the result as JSON"))
    proof.set_defaults(run=Action("stop_proof", "prove_stop"))
