"""`staffetta communications`: compose, start, stop and read communications from the command line."""

from staffetta.cli.parsers.action import Action
from staffetta.cli.parsers.options import AUDIENCE, Subparsers, agree_options, json_option
from staffetta.cli.parsers.translation import gettext as _


def register(subparsers: Subparsers) -> None:
    noun = subparsers.add_parser("communications", help=_("messages to an audience"))
    verbs = noun.add_subparsers(metavar=_("ACTION"), required=True)
    _register_create(verbs)
    start_parser = verbs.add_parser("start", help=_("start a draft"))
    start_parser.add_argument("id", metavar="ID")
    start_parser.add_argument("--wait", action="store_true", help=_("end when nobody is waiting or sending"))
    agree_options(start_parser)
    start_parser.set_defaults(run=Action("communications", "start"))
    stop_parser = verbs.add_parser("stop", help=_("stop for good"))
    stop_parser.add_argument("id", metavar="ID")
    stop_parser.set_defaults(run=Action("communications", "stop"))
    schedule_parser = verbs.add_parser("schedule", help=_("start at a set time, or change that time"))
    schedule_parser.add_argument("id", metavar="ID")
    schedule_parser.add_argument("--at", required=True, metavar="YYYY-MM-DDTHH:MM[+HH:MM]")
    schedule_parser.add_argument("--zone", metavar="ZONE", help=_("time zone of that time, for example Europe/Rome"))
    schedule_parser.add_argument(
        "--expect", type=int, metavar="N", help=_("hold it when it would go to another number of people")
    )
    schedule_parser.set_defaults(run=Action("communications", "schedule"))
    unschedule_parser = verbs.add_parser("unschedule", help=_("make a draft again of what was scheduled"))
    unschedule_parser.add_argument("id", metavar="ID")
    unschedule_parser.set_defaults(run=Action("communications", "unschedule"))
    hours_parser = verbs.add_parser("hours", help=_("set within which hours of their day people are written to"))
    hours_parser.add_argument("id", metavar="ID")
    hours_parser.add_argument("hours", metavar="HH:MM-HH:MM|none")
    hours_parser.add_argument("--days", metavar="mon-fri", help=_("only on these days of the week, each person's own"))
    hours_parser.set_defaults(run=Action("communications", "hours"))
    pause_parser = verbs.add_parser("pause", help=_("let nobody new be written to until it is resumed"))
    pause_parser.add_argument("id", metavar="ID")
    pause_parser.set_defaults(run=Action("communications", "pause"))
    resume_parser = verbs.add_parser("resume", help=_("let what is paused or held go on where it was"))
    resume_parser.add_argument("id", metavar="ID")
    agree_options(resume_parser)
    resume_parser.set_defaults(run=Action("communications", "resume"))
    show_parser = verbs.add_parser("show", help=_("state and numbers of one"))
    show_parser.add_argument("id", metavar="ID")
    json_option(show_parser, _("print the communication as JSON"))
    show_parser.set_defaults(run=Action("communications", "show"))
    list_parser = verbs.add_parser("list", help=_("all, newest last"))
    json_option(list_parser, _("print the communications as JSON"))
    list_parser.set_defaults(run=Action("communications", "list_all"))


def _register_create(verbs: Subparsers) -> None:
    parser = verbs.add_parser("create", help=_("make a draft"))
    parser.add_argument("--name", required=True, metavar="N")
    parser.add_argument("--channel", required=True, metavar="ID", help=_("channel, by its ID on Sinch Engage"))
    parser.add_argument("--template", required=True, metavar="T")
    parser.add_argument("--language", required=True, metavar="L")
    parser.add_argument(
        "--variable",
        action="append",
        default=[],
        metavar="KEY=SOURCE",
        help=_("KEY: a number of the body, header, button; SOURCE: field:NAME or text:TEXT, then |fallback:TEXT"),
    )
    parser.add_argument("--header-media", default="", metavar="URL")
    parser.add_argument("--speed", type=int, metavar="N", help=_("at most so many messages a minute"))
    parser.add_argument("--hours", metavar="HH:MM-HH:MM", help=_("send window, in the time of each person"))
    parser.add_argument("--days", metavar="mon-fri", help=_("only on these days of the week, each person's own"))
    parser.add_argument("--audience", required=True, metavar=AUDIENCE)
    json_option(parser, _("print the communication as JSON"))
    parser.set_defaults(run=Action("communications", "create"))
