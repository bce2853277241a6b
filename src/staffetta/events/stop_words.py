"""Is this a STOP? Pure: the whole message, folded, against a list. A sentence that only holds such a word is none."""

import re
import unicodedata

NOT_A_WORD = re.compile(r"[^\w]+")
STOP_WORDS = frozenset(
    {
        # Italian
        "stop", "basta", "cancella", "cancellami", "cancellatemi", "cancella iscrizione", "cancellazione",
        "disiscrivi", "disiscrivimi", "disiscrivetemi", "disiscrizione", "annulla iscrizione", "rimuovimi",
        "rimuovetemi", "non scrivetemi più", "non scrivermi più", "fermati",
        # English
        "stop all", "stopall", "stop it", "please stop", "unsubscribe", "unsubscribe me", "opt out", "optout",
        "remove me", "cancel subscription",
        # French
        "arrêt", "arrêter", "arrêtez", "désabonner", "se désabonner", "désabonnement", "désinscrire", "désinscription",
        "stop svp",
        # Spanish
        "alto", "baja", "darme de baja", "dar de baja", "dame de baja", "cancelar suscripción", "desuscribir",
        # German
        "abmelden", "stopp", "abbestellen", "austragen", "abmeldung", "kündigen",
        # Portuguese, Dutch, Polish, Romanian
        "parar", "cancelar inscrição", "sair da lista", "afmelden", "uitschrijven", "wypisz", "dezabonare",
    }
)  # fmt: skip


def folded(text: str) -> str:
    """Return the text without case, accents, signs and doubled spaces."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return " ".join(NOT_A_WORD.sub(" ", letters.replace("_", " ")).split())


FOLDED = frozenset(folded(word) for word in STOP_WORDS)


def is_stop(text: str) -> bool:
    """Say whether a person asks, with this message, not to be written to any more."""
    return folded(text) in FOLDED
