"""Taking secrets out of text and bytes, in every form in which an answer or an error may quote them."""

import json
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import quote, quote_plus

MASK = "***"
HEAD = 32  # a key's first 32 characters tell the account, its last 20 are the secret part
TAIL = 20


def _forms(secret: str) -> set[str]:
    """Return `secret` as it is, in other case, percent-encoded (either case of the digits) and as JSON text."""
    encoded = {quote(secret, safe=""), quote_plus(secret), quote(secret)}
    lower_digits = {"".join(_lower_escape(piece) for piece in _split_escapes(text)) for text in encoded}
    return {secret, secret.lower(), secret.upper(), json.dumps(secret)[1:-1], *encoded, *lower_digits}


def _split_escapes(text: str) -> list[str]:
    pieces = text.split("%")
    return [pieces[0], *("%" + piece for piece in pieces[1:])]


def _lower_escape(piece: str) -> str:
    return piece[:3].lower() + piece[3:] if piece.startswith("%") else piece


class Redactor:
    """Replaces secrets, their first 32 and last 20 characters and the encoded forms of all of these by `***`."""

    __slots__ = ("_bytes", "_least", "_texts")

    def __init__(self, secrets: Iterable[str]) -> None:
        needles: set[str] = set()
        for secret in secrets:
            if secret:
                needles |= _forms(secret) | _forms(secret[:HEAD]) | _forms(secret[-TAIL:])
        self._texts = sorted(needles, key=len, reverse=True)  # the whole before its parts
        self._bytes = [text.encode("utf-8", "replace") for text in self._texts]
        # Where none of these is there is nothing: each of the others has one of them in it.
        self._least = [one for one in self._bytes if not any(other in one for other in self._bytes if other != one)]

    def text(self, text: str) -> str:
        """Return `text` without the secrets."""
        for needle in self._texts:
            if needle in text:
                text = text.replace(needle, MASK)
        return text

    def data(self, data: bytes) -> bytes:
        """Return `data` (UTF-8) without the secrets."""
        for needle in self._least:
            if needle in data:
                break
        else:
            return data
        for needle in self._bytes:
            if needle in data:
                data = data.replace(needle, MASK.encode())
        return data


@lru_cache(maxsize=256)
def redactor(secrets: tuple[str, ...]) -> Redactor:
    """Return the redactor of these secrets; kept, since a channel uses the same ones for every request."""
    return Redactor(secrets)
