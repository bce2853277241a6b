"""The forms of an installation's own words of opt-outs, and of trying a text."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from staffetta.contacts.opt_outs.match import Outcome
from staffetta.contacts.opt_outs.own_words import MOST_SIGNS
from staffetta.contacts.opt_outs.wording import COUNTS_AS

EXCEPTION = "exception"
LONGEST_TRIED = 1000


class WordForm(forms.Form):
    """A word of one's own, or an exception."""

    text = forms.CharField(
        label=gettext_lazy("Words"),
        max_length=MOST_SIGNS,
        help_text=gettext_lazy("The whole message, without politeness. Case, accents and punctuation do not count."),
    )
    counts_as = forms.ChoiceField(
        label=gettext_lazy("Counts as"),
        choices=[(outcome.value or EXCEPTION, label) for outcome, label in COUNTS_AS.items()],
        initial=Outcome.ALL.value,
    )

    @property
    def outcome(self) -> Outcome:
        """What the word means; an exception means nothing."""
        chosen = self.cleaned_data["counts_as"]
        return Outcome.NOTHING if chosen == EXCEPTION else Outcome(chosen)


class TryForm(forms.Form):
    """A text as a person might write it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["try"] = forms.CharField(
            label=gettext_lazy("A reply, as a person might write it"), max_length=LONGEST_TRIED
        )
