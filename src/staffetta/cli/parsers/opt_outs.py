"""`staffetta opt-outs …`: replies that may be opt-outs, and the words by which opt-outs are known."""

from staffetta.cli.parsers.action import Action
from staffetta.cli.parsers.options import Subparsers, json_option
from staffetta.cli.parsers.translation import gettext as _

DECISIONS = ("all", "marketing", "none")
OUTCOMES = ("all", "marketing", "possible", "exception")


def register(nouns: Subparsers) -> None:
    noun = nouns.add_parser("opt-outs", help=_("replies that may be opt-outs, and the words of opt-outs"))
    verbs = noun.add_subparsers(metavar=_("COMMAND"), required=True)
    listed = verbs.add_parser("list", help=_("list the replies that nobody decided on, newest first"))
    listed.add_argument("--limit", type=int, metavar="N", default=1000, help=_("at most this many"))
    json_option(listed, _("print a JSON array"))
    listed.set_defaults(run=Action("opt_outs", "list_replies"))
    decided = verbs.add_parser("decide", help=_("decide what replies are"))
    decided.add_argument("ids", nargs="+", type=int, metavar="ID")
    decided.add_argument("--as", dest="decision", choices=DECISIONS, required=True)
    json_option(decided, _("print the result as JSON"))
    decided.set_defaults(run=Action("opt_outs", "decide"))
    tried = verbs.add_parser("try", help=_("say what a reply with this text would be"))
    tried.add_argument("text", metavar="TEXT")
    json_option(tried, _("print the result as JSON"))
    tried.set_defaults(run=Action("opt_outs", "try_text"))
    _word_commands(verbs)


def _word_commands(verbs: Subparsers) -> None:
    words = verbs.add_parser("words", help=_("list your own words and exceptions"))
    json_option(words, _("print a JSON array"))
    words.set_defaults(run=Action("opt_outs", "list_words"))
    added = verbs.add_parser("add-words", help=_("add words of your own, or an exception"))
    added.add_argument("text", metavar="TEXT")
    added.add_argument("--as", dest="outcome", choices=OUTCOMES, required=True)
    json_option(added, _("print the result as JSON"))
    added.set_defaults(run=Action("opt_outs", "add_words"))
    removed = verbs.add_parser("remove-words", help=_("remove words of your own; what was recorded stays"))
    removed.add_argument("text", metavar="TEXT")
    json_option(removed, _("print the result as JSON"))
    removed.set_defaults(run=Action("opt_outs", "remove_words"))
