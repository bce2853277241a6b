"""The words for what a reply is, why, and why a word of one's own cannot be taken."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from staffetta.contacts.opt_outs.match import Outcome, Verdict

COUNTS_AS: dict[Outcome, Promise] = {
    Outcome.ALL: gettext_lazy("Opt-out of everything"),
    Outcome.MARKETING: gettext_lazy("Opt-out of marketing"),
    Outcome.POSSIBLE: gettext_lazy("Possible opt-out: a person decides"),
    Outcome.NOTHING: gettext_lazy("Exception: not an opt-out"),
}
UNUSABLE: dict[str, Promise] = {
    "no_words": gettext_lazy("Write at least one word: signs and emoji do not count."),
    "too_long": gettext_lazy("At most 12 words and 100 characters."),
    "always_a_stop": gettext_lazy("Whoever writes this always opts out: it cannot count as anything less."),
    "too_many": gettext_lazy("There are 500 words already. Remove some you do not need."),
}
LANGUAGES: dict[str, Promise] = {
    "it": gettext_lazy("Italian"),
    "en": gettext_lazy("English"),
    "de": gettext_lazy("German"),
    "fr": gettext_lazy("French"),
    "es": gettext_lazy("Spanish"),
    "pt": gettext_lazy("Portuguese"),
    "ar": gettext_lazy("Arabic"),
    "he": gettext_lazy("Hebrew"),
    "ru": gettext_lazy("Russian"),
    "zh": gettext_lazy("Chinese"),
    "nl": gettext_lazy("Dutch"),
    "pl": gettext_lazy("Polish"),
    "ro": gettext_lazy("Romanian"),
    "tr": gettext_lazy("Turkish"),
    "buttons": gettext_lazy("buttons"),
    "own": gettext_lazy("your own words"),
}


def outcome_words(outcome: Outcome) -> str:
    """Say what a word counts as, or what a reply is."""
    return str(COUNTS_AS[outcome])


def kept_outcome_words(code: str) -> str:
    """Say in words what the audit log keeps of a word: an outcome, or "exception" for none."""
    return outcome_words(Outcome("" if code == "exception" else code))


def verdict_words(verdict: Verdict) -> str:
    """Say why a tried text is what it is."""
    phrase = verdict.phrase
    if phrase is None:
        return _("Nothing in it says that the person wants no more messages.")
    told = {"phrase": phrase.text, "list": LANGUAGES.get(phrase.language, phrase.language)}
    if not verdict.whole:
        return _("«%(phrase)s» within a longer message: a person decides, and marketing waits meanwhile.") % told
    return _("Because of «%(phrase)s» (%(list)s).") % told


def why_unusable(code: str) -> str:
    """Say why a word of one's own cannot be taken."""
    return str(UNUSABLE[code])
