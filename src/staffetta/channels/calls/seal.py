"""API Keys at rest: encrypted with keys derived from the installation's secret, recognised by a keyed digest."""

import hmac
from base64 import urlsafe_b64encode
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class SealBroken(Exception):
    """What is stored was encrypted with a secret this installation no longer has."""


def seal(key: str) -> bytes:
    """Encrypt an API Key with the present secret."""
    return _box().encrypt(key.encode())


def unseal(sealed: bytes) -> str:
    """Decrypt an API Key sealed with the present secret or a former one. Raises SealBroken."""
    try:
        return _box().decrypt(sealed).decode()
    except InvalidToken:
        raise SealBroken from None


def digest(key: str) -> str:
    """Return the keyed digest stored beside the key: it tells equal keys apart from others and nothing else."""
    return _digest(settings.SECRET_KEY, key)


def digests(key: str) -> list[str]:
    """Return the digests this key has under the present secret and the former ones."""
    return [_digest(secret, key) for secret in _secrets()]


def _secrets() -> list[str]:
    return [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]


def _box() -> MultiFernet:
    return MultiFernet([Fernet(urlsafe_b64encode(_derive(secret, b"api key"))) for secret in _secrets()])


def _digest(secret: str, key: str) -> str:
    return hmac.new(_derive(secret, b"api key digest"), key.encode(), sha256).hexdigest()


def _derive(secret: str, purpose: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"staffetta channels: " + purpose).derive(secret.encode())
