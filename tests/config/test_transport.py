"""What browsers are told to keep, and for whom: cookies, HSTS, caches."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client, override_settings

from staffetta.accounts.models import User
from staffetta.config.environment import cookie_name
from tests.conftest import PASSWORD
from tests.filling import FillingClient

NAMES = [f"{name}_COOKIE_NAME" for name in ("SESSION", "CSRF", "DEVICE", "LANGUAGE", "MESSAGES")]
READ = """
import json
from staffetta.config import settings
names = json.loads(%r)
print(json.dumps({name: getattr(settings, name) for name in names}, default=str))
"""


def settings_with(folder: Path, **variables: str) -> dict[str, Any]:
    """Return settings as another installation reads them."""
    names = [*NAMES, "SECURE_HSTS_SECONDS", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "TRUSTED_PROXIES"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("STAFFETTA_")}
    said = subprocess.run(
        [sys.executable, "-c", READ % json.dumps(names)],
        env={**environment, "STAFFETTA_DATA_DIR": str(folder), **variables},
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(said.stdout)
    return found


def test_hsts_and_host_cookies_stand_behind_tls_only(tmp_path: Path) -> None:
    plain = settings_with(tmp_path)
    assert (plain["SECURE_HSTS_SECONDS"], plain["SESSION_COOKIE_SECURE"], plain["TRUSTED_PROXIES"]) == (0, False, [])
    assert not any(plain[name].startswith("__") for name in NAMES)
    secure = settings_with(tmp_path, STAFFETTA_PUBLIC_URL="https://staffetta.example.org")
    assert secure["SECURE_HSTS_SECONDS"] == 31_536_000
    assert secure["SESSION_COOKIE_SECURE"]
    assert secure["CSRF_COOKIE_SECURE"]
    assert "127.0.0.1/32" in str(secure["TRUSTED_PROXIES"])
    assert all(secure[name].startswith("__Host-staffetta_") for name in NAMES)


def test_two_installations_on_one_host_do_not_log_each_other_out() -> None:
    """Browsers send the cookies of one port to all ports of the host."""
    names = {cookie_name("session", key, secure=False) for key in ("one" * 20, "two" * 20)}
    assert len(names) == 2


@pytest.mark.django_db
def test_every_cookie_of_ours_has_a_name_of_this_installation(administrator: User) -> None:
    client = FillingClient()
    client.post("/language/", {"language": "it"})
    client.post("/login/", {"username": "anna", "password": PASSWORD})
    client.get("/profile/")
    client.post("/profile/", {"full_name": "", "email": "", "language": "it"})
    assert set(client.cookies) == {getattr(settings, name) for name in NAMES}


@pytest.mark.django_db
def test_the_cookies_of_a_login_are_for_this_site_and_no_script(client: Client, administrator: User) -> None:
    client.post("/language/", {"language": "it"})
    client.post("/login/", {"username": "anna", "password": PASSWORD})
    for cookie in client.cookies.values():
        assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["domain"]) == (True, "Lax", "/", "")


@pytest.mark.parametrize("path", ["/", "/contacts/", "/audit/", "/nowhere/"])
def test_pages_of_people_are_kept_by_no_cache(as_administrator: Client, path: str) -> None:
    assert "no-store" in as_administrator.get(path).headers["Cache-Control"]


def test_an_export_is_kept_by_no_cache(as_administrator: Client) -> None:
    assert "no-store" in as_administrator.get("/contacts/contacts.csv").headers["Cache-Control"]


@pytest.mark.django_db
def test_hsts_is_said_over_tls_alone(client: Client) -> None:
    with override_settings(SECURE_HSTS_SECONDS=60, SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https")):
        assert "Strict-Transport-Security" not in client.get("/login/").headers
        answer = client.get("/login/", headers={"X-Forwarded-Proto": "https"})
        assert answer.headers["Strict-Transport-Security"] == "max-age=60"
