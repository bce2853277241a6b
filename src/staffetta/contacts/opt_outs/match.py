"""Does a person ask, with this message, not to be written to any more? Pure, and in time linear in the message.

A message is a STOP when all of it is: phrases that are one, in any number, with politeness around them. One clause of
a longer message that is a STOP, or certain phrases within it, make it a *possible* opt-out: a person decides.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from staffetta import text as texts


class Outcome(StrEnum):
    """What a message is."""

    NOTHING = ""
    POSSIBLE = "possible"  # a person decides; marketing waits meanwhile
    MARKETING = "marketing"  # a No to marketing
    ALL = "all"  # a No to everything


STRENGTH = {outcome: strength for strength, outcome in enumerate(Outcome)}
type Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that mean something. `language` is the list it is from; "own" for an installation's own words."""

    text: str
    outcome: Outcome
    language: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a message is and the phrase that decided it; `whole` when nothing but the phrase and politeness was said."""

    outcome: Outcome = Outcome.NOTHING
    phrase: Phrase | None = None
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Phrases by their words; polite ones have the outcome NOTHING. `within` counts inside a longer text."""

    phrases: Mapping[Words, Phrase]
    within: frozenset[Words] = frozenset()
    longest: int = field(init=False)

    def __post_init__(self) -> None:
        longest = max((len(words) for words in (*self.phrases, *self.within)), default=0)
        object.__setattr__(self, "longest", longest)

    def with_own(self, own: Iterable[Phrase]) -> "Vocabulary":
        """Return the vocabulary with an installation's own words and exceptions, which come before the lists."""
        phrases = {words_of(phrase.text): phrase for phrase in own}
        excepted = {words for words, phrase in phrases.items() if phrase.outcome is Outcome.NOTHING}
        return Vocabulary({**self.phrases, **phrases}, self.within - excepted) if phrases else self


NOTHING_SAID = Verdict()
CLAUSE_END = re.compile(r"[.!?;:,|\n\r…。！？，；：、؟،؛׃]+")
HAN = "\u3040-\u30ff\u3400-\u9fff"
WORD = re.compile(rf"[{HAN}]|[^\W_{HAN}]+")
SEPARATED = re.compile(rf"(?<!\w)[^\W\d_{HAN}](?P<gap>\s?[^\w\s]\s?|\s|_)[^\W\d_{HAN}](?:(?P=gap)[^\W\d_{HAN}])+(?!\w)")
"""Three letters or more, each apart from the next by the same sign: S.T.O.P., S T O P, s-t-o-p."""
STRETCHED = re.compile(r"([^\W\d_])\1\1+")
CYRILLIC_AND_GREEK = "авекмнорстухіјѕԁԛԝαβεζηικμνορτυχ"
LOOK_LIKE_LATIN = "abekmhopctyxijsdqwabezhikmnoptyx"
ONE_LETTER = str.maketrans("ıłøđةى", "ilodهي", "ـ")
"""Letters that people write either way and that no normal form brings together; the tatweel only stretches a word."""
TO_LATIN = str.maketrans(CYRILLIC_AND_GREEK, LOOK_LIKE_LATIN)
TO_CYRILLIC = str.maketrans("abekmhopctyxijs", "авекмнорстухіјѕ")
LATIN = re.compile("[a-z]")
OTHERS = re.compile("[\u0370-\u03ff\u0400-\u052f]")


def judge(text: str, vocabulary: Vocabulary) -> Verdict:
    """Say what a message is."""
    words = words_of(text)
    if not words:
        return NOTHING_SAID
    if (phrases := _parsed(words, vocabulary)) is not None:
        said = _strongest(phrases)
        return Verdict(said.outcome, said) if said.outcome else NOTHING_SAID
    return _within_longer(text, words, vocabulary)


def strongest(verdicts: Sequence[Verdict]) -> Verdict:
    """Return the strictest of several verdicts about one message: its text and what its button carried."""
    return max(verdicts, key=lambda verdict: STRENGTH[verdict.outcome], default=NOTHING_SAID)


def words_of(text: str) -> Words:
    """Return the words of a text as they are compared: no case, accents, punctuation, emoji or hidden signs.

    Scripts that put no blanks between words are taken sign by sign.
    """
    plain = unicodedata.normalize("NFD", texts.folded(text))
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign)).translate(ONE_LETTER)
    joined = SEPARATED.sub(lambda found: "".join(filter(str.isalpha, found[0])), plain)
    return tuple(_word(word) for word in WORD.findall(joined))


def _word(word: str) -> str:
    """Return a word with stretched letters short ("stoooop") and, only where scripts are mixed, its lookalikes."""
    word = STRETCHED.sub(r"\1", word)
    if LATIN.search(word) and OTHERS.search(word):
        latin, cyrillic = word.translate(TO_LATIN), word.translate(TO_CYRILLIC)
        word = cyrillic if OTHERS.search(latin) and not LATIN.search(cyrillic) else latin
    return word.replace("0", "o") if "0" in word and not word.isdigit() else word


def _parsed(words: Words, vocabulary: Vocabulary) -> list[Phrase] | None:
    """Return the phrases that together are all of the words, the longest first; None when they are more than that."""
    number = len(words)
    step = [0] * (number + 1)  # how many words the phrase takes that begins here; 0: none leads to the end
    for start in range(number - 1, -1, -1):
        for end in range(min(number, start + vocabulary.longest), start, -1):
            if (end == number or step[end]) and words[start:end] in vocabulary.phrases:
                step[start] = end - start
                break
    if not step[0]:
        return None
    found, place = list[Phrase](), 0
    while place < number:
        found.append(vocabulary.phrases[words[place : place + step[place]]])
        place += step[place]
    return found


def _strongest(phrases: Iterable[Phrase]) -> Phrase:
    return max(phrases, key=lambda phrase: STRENGTH[phrase.outcome])


def _within_longer(text: str, words: Words, vocabulary: Vocabulary) -> Verdict:
    """Judge a message of which not all is a STOP: at most a possible one."""
    for clause in CLAUSE_END.split(text):
        said = _parsed(clause_words, vocabulary) if (clause_words := words_of(clause)) else None
        if said and STRENGTH[(phrase := _strongest(said)).outcome] > STRENGTH[Outcome.POSSIBLE]:
            return Verdict(Outcome.POSSIBLE, phrase, whole=False)
    for start in range(len(words)):
        for end in range(start + 1, min(len(words), start + vocabulary.longest) + 1):
            if words[start:end] in vocabulary.within:
                phrase = Phrase(" ".join(words[start:end]), Outcome.POSSIBLE, "")
                return Verdict(Outcome.POSSIBLE, phrase, whole=False)
    return NOTHING_SAID
