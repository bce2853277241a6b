"""`staffetta audiences …`: lists, and audiences by rules."""

from staffetta.cli.parsers.action import Action
from staffetta.cli.parsers.options import Subparsers, agree_options, json_option
from staffetta.cli.parsers.translation import gettext as _


def register(nouns: Subparsers) -> None:
    noun = nouns.add_parser("audiences", help=_("lists, and audiences by rules"))
    verbs = noun.add_subparsers(metavar=_("COMMAND"), required=True)
    listed = verbs.add_parser("list", help=_("list the audiences by rules and the lists"))
    json_option(listed, _("print a JSON array"))
    listed.set_defaults(run=Action("audiences", "list_all"))
    for verb, text, action in (
        ("show", _("show the rules of an audience"), Action("audiences", "show")),
        ("count", _("count the people of an audience"), Action("audiences", "count")),
    ):
        parser = verbs.add_parser(verb, help=text)
        parser.add_argument("audience", metavar="AUDIENCE", help=_("all, import:ID, list:ID or rule:ID"))
        json_option(parser, _("print the audience as JSON"))
        parser.set_defaults(run=action)
    made = verbs.add_parser("create", help=_("make an audience by rules"))
    made.add_argument("--name", required=True, metavar="N")
    made.add_argument("--rules", required=True, metavar="FILE", help=_("the rules as JSON, - for standard input"))
    json_option(made, _("print the audience as JSON"))
    made.set_defaults(run=Action("audiences", "create"))
    gone = verbs.add_parser("delete", help=_("delete an audience by rules"))
    gone.add_argument("audience", metavar="rule:ID")
    agree_options(gone)
    json_option(gone, _("print the audience as JSON"))
    gone.set_defaults(run=Action("audiences", "delete"))
