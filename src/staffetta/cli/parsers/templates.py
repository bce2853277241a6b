"""`staffetta templates …`: list them, switch them on and off."""

from staffetta.cli.parsers.action import Action
from staffetta.cli.parsers.options import Subparsers, json_option
from staffetta.cli.parsers.translation import gettext as _


def register(nouns: Subparsers) -> None:
    noun = nouns.add_parser("templates", help=_("list WhatsApp templates, switch them on and off"))
    verbs = noun.add_subparsers(metavar=_("COMMAND"), required=True)
    listed = verbs.add_parser("list", help=_("list the templates of a channel, one line per language"))
    listed.add_argument("--channel", metavar="ID", required=True)
    json_option(listed, _("print a JSON array"))
    listed.set_defaults(run=Action("templates", "list_templates"))
    for word, text in (("on", _("switch a template on")), ("off", _("switch a template off"))):
        parser = verbs.add_parser(word, help=text)
        parser.add_argument("--channel", metavar="ID", required=True)
        parser.add_argument("name", metavar="NAME")
        parser.set_defaults(run=Action("templates", "turn"), on=word == "on")
