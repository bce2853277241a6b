"""A house: the simulator and the platform, each in a process of its own, with people who can log in."""

import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engage_simulator.testing import Engage, running
from tests.processes import Installation, Platform, installation

PASSWORD = "una-password-lunga"

PEOPLE = """
import json, sys
from django.conf import settings
from django.test import Client
from staffetta.accounts.models import User
sessions = {"": settings.SESSION_COOKIE_NAME}
for name, role, language in json.loads(sys.argv[1]):
    user = User.objects.filter(username=name).first() or User.objects.create_user(name, None, role)
    user.language, user.email = language, f"{name}@example.org"
    user.save()
    client = Client()
    client.force_login(user)
    sessions[name] = client.cookies[settings.SESSION_COOKIE_NAME].value
print(json.dumps(sessions))
"""
"""Makes people without a password who are logged in already: a password's hash costs a second each."""


@dataclass
class House:
    """Everything one module of journeys plays in."""

    engage: Engage
    staffetta: Installation
    platform: Platform
    address: str
    sessions: dict[str, str] = field(default_factory=dict)

    def json(self, *arguments: str) -> Any:
        """Return what `staffetta ARGUMENTS --json` says: the effect as the product stored it."""
        return self.staffetta.json(*arguments)

    def channel(self, provider_id: str) -> Any:
        """Return one row of `staffetta channels list`."""
        return next(row for row in self.json("channels", "list") if row["id"] == provider_id)

    def communication(self, name: str) -> Any:
        """Return `staffetta communications show` of the newest communication of that name."""
        row = next(row for row in reversed(self.json("communications", "list")) if row["name"] == name)
        return self.json("communications", "show", str(row["id"]))

    def templates(self, provider_id: str) -> dict[str, Any]:
        """Return the templates of a channel by name (their first language)."""
        rows = self.json("templates", "list", "--channel", provider_id)
        return {row["name"]: row for row in reversed(rows)}

    def invite(self, *people: tuple[str, str, str]) -> None:
        """Make people (name, role, language) who are logged in: `sessions` has their cookies."""
        self.sessions |= json.loads(self.staffetta.python(PEOPLE, json.dumps(people)))

    def cookie(self, name: str) -> dict[str, str]:
        return {"name": self.sessions[""], "value": self.sessions[name], "url": self.address}


@contextmanager
def house(seed: str | dict[str, Any] = "story", furnished: Path | None = None, /, **settings: str) -> Iterator[House]:
    """Give a house with the administrator anna (Italian, made by command, logs in with PASSWORD).

    `furnished` is the data folder of another house, of which this one is made a copy.
    """
    with ExitStack() as stack:
        engage = stack.enter_context(running(seed))
        usual = {
            "STAFFETTA_ENGAGE_URL": engage.url,
            "STAFFETTA_SEND_PACE": "0",
            "STAFFETTA_LANGUAGE": "it",
            "STAFFETTA_TIME_ZONE": "Europe/Rome",
            "STAFFETTA_ENGAGE_ENDS": "",
        }
        made = stack.enter_context(installation(empty=False, **{**usual, **settings}))
        if furnished:
            shutil.copytree(furnished, made.data, dirs_exist_ok=True)
        made.hire()
        if not furnished:
            made.ok("users", "create", "anna", "--role", "administrator", "--password-file", "-", typed=PASSWORD)
        platform = made.start_run()
        yield House(engage, made, platform, platform.address)
