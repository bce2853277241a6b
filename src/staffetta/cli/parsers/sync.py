"""`staffetta sync …`: list, rehearse, run, show and undo contact syncs."""

from staffetta.cli.parsers.action import Action
from staffetta.cli.parsers.options import Subparsers, json_option
from staffetta.cli.parsers.translation import gettext as _


def register(nouns: Subparsers) -> None:
    noun = nouns.add_parser("sync", help=_("keep contacts and customers in step"))
    verbs = noun.add_subparsers(metavar=_("COMMAND"), required=True)
    listed = verbs.add_parser("list", help=_("list the contact-sync configurations"))
    json_option(listed, _("print a JSON array"))
    listed.set_defaults(run=Action("sync", "list_all"))
    for name, action, words in (
        ("rehearse", Action("sync", "rehearse"), _("show what a run would change, and change nothing")),
        ("run", Action("sync", "run"), _("run a configuration")),
    ):
        parser = verbs.add_parser(name, help=words)
        parser.add_argument("configuration", type=int, metavar="ID", help=_("number of the configuration"))
        parser.add_argument("--no-wait", action="store_true", help=_("do not wait for the end"))
        json_option(parser, _("print the run as JSON"))
        parser.set_defaults(run=action)
    for name, action, words in (
        ("show", Action("sync", "show"), _("show a run with samples of its changes")),
        ("undo", Action("sync", "undo"), _("take a run back")),
    ):
        parser = verbs.add_parser(name, help=words)
        parser.add_argument("number", type=int, metavar="RUN", help=_("number of the run"))
        json_option(parser, _("print the run as JSON"))
        parser.set_defaults(run=action)
