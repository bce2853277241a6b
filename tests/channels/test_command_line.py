"""`staffetta channels|templates|fields|engage`: what the pages do, for people and for programs."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from engage_simulator.testing import Engage
from staffetta.channels.models import Channel
from staffetta.cli.main import main
from tests.channels.conftest import ASSISTENZA, EVENTI, NOVITA, Connected


class Said:
    """Runs commands; gives what they printed."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def json(self, *words: str) -> Any:
        assert main([*words, "--json"]) == 0
        return json.loads(self._capsys.readouterr().out)

    def text(self, *words: str, status: int = 0) -> str:
        assert main(list(words)) == status
        said = self._capsys.readouterr()
        return said.out if status == 0 else said.err


@pytest.fixture
def staffetta(capsys: pytest.CaptureFixture[str]) -> Said:
    return Said(capsys)


def test_connecting_downloads_everything_also_when_nothing_else_runs(engage: Engage, tmp_path: Path) -> None:
    """A process of its own on a data folder of its own, as a person uses it."""

    def staffetta(*words: str, key: str = "") -> subprocess.CompletedProcess[str]:
        own = {"STAFFETTA_DATA_DIR": str(tmp_path), "STAFFETTA_ENGAGE_URL": engage.url, "STAFFETTA_LANGUAGE": "it"}
        own["STAFFETTA_DATABASE_URL"] = ""  # never the database the suite itself runs on
        command = [sys.executable, "-m", "staffetta.cli.main", *words]
        env = {**os.environ, **own, "DJANGO_SETTINGS_MODULE": "staffetta.config.settings"}
        return subprocess.run(command, input=key, env=env, capture_output=True, text=True, check=False)

    done = staffetta("channels", "connect", "--json", key=f"  {engage.key(ASSISTENZA)}\n")
    assert done.returncode == 0, done.stderr
    channel = json.loads(done.stdout)
    assert channel.pop("refreshed_at")
    assert channel == {
        "id": ASSISTENZA,
        "name": "Assistenza clienti",
        "platform": "whatsapp",
        "state": "connected",
        "number": "390200000001",
        "pace": 80,
        "burst": 8,
        "templates_active": 6,
        "templates_available": 6,
        "problem": "",
    }
    engage.fault("html", match={"operation": "list_fields"})
    failed = staffetta("channels", "refresh", "--wait", "--json")
    assert failed.returncode == 1
    assert "non è una risposta leggibile" in failed.stderr
    assert json.loads(failed.stdout)[0]["problem"] == "bad_answer"


def test_the_list_is_a_bare_array_of_every_channel(engage: Engage, connected: Connected, staffetta: Said) -> None:
    connected()
    rows = {row["id"]: row for row in staffetta.json("channels", "list")}
    assert len(rows) == 4
    assert rows[NOVITA]["state"] == "available"
    assert rows[EVENTI]["platform"] == "telegram"
    assert rows[NOVITA]["templates_available"] is None


def test_templates_come_one_per_language(engage: Engage, connected: Connected, staffetta: Said) -> None:
    connected()
    rows = staffetta.json("templates", "list", "--channel", ASSISTENZA)
    assert len(rows) == 7
    order = next(row for row in rows if (row["name"], row["language"]) == ("conferma_ordine", "it"))
    assert order == {
        "name": "conferma_ordine",
        "language": "it",
        "status": "approved",
        "category": "UTILITY",
        "active": True,
        "sendable": True,
        "variables": ["1", "2"],
        "reason": "",
    }


def test_a_switch_is_turned_and_stays(engage: Engage, connected: Connected, staffetta: Said) -> None:
    connected()
    assert "ora è disattivato" in staffetta.text("templates", "off", "--channel", ASSISTENZA, "promo_estate")
    row = next(
        row for row in staffetta.json("templates", "list", "--channel", ASSISTENZA) if row["name"] == "promo_estate"
    )
    assert (row["active"], row["sendable"]) == (False, True)
    assert staffetta.json("channels", "list")[0]["templates_active"] == 5
    assert "non ha un template" in staffetta.text("templates", "on", "--channel", ASSISTENZA, "nessuno", status=1)


def test_an_unusable_template_counts_as_available_and_says_why(
    engage: Engage, connected: Connected, staffetta: Said
) -> None:
    cards = {"name": "schede", "language": "it", "status": "approved", "category": "MARKETING"}
    body = {"type": "BODY", "text": "Guarda"}
    engage.put_template(ASSISTENZA, {**cards, "components": [body, {"type": "CAROUSEL", "cards": []}]})
    connected()
    row = next(row for row in staffetta.json("templates", "list", "--channel", ASSISTENZA) if row["name"] == "schede")
    assert (row["sendable"], row["reason"]) == (False, "carousel")
    assert staffetta.json("channels", "list")[0]["templates_available"] == 7


def test_fields_have_name_label_type_and_choices(engage: Engage, connected: Connected, staffetta: Said) -> None:
    connected()
    rows = staffetta.json("fields", "list", "--channel", ASSISTENZA)
    assert len(rows) == 5
    assert {"name": "taglia", "label": "Taglia", "type": "single_choice", "choices": ["S", "M", "L", "XL"]} in rows


def test_disconnecting_and_resetting_want_a_yes(engage: Engage, connected: Connected, staffetta: Said) -> None:
    connected()
    assert "--yes" in staffetta.text("channels", "reset", status=1)
    assert "--yes" in staffetta.text("channels", "disconnect", ASSISTENZA, status=1)
    assert Channel.objects.count() == 4
    staffetta.text("channels", "reset", "--yes")
    assert not Channel.objects.exists()


def test_an_unknown_channel_is_refused(db: None, staffetta: Said) -> None:
    for command in (["channels", "disconnect", "9", "--yes"], ["fields", "list", "--channel", "9"]):
        assert "Nessun canale ha l'ID 9." in staffetta.text(*command, status=1)


def test_refreshing_without_channels_says_what_is_missing(db: None, staffetta: Said) -> None:
    assert "Nessun canale è ancora connesso." in staffetta.text("channels", "refresh", status=1)


def test_the_probe_tells_what_answers_and_never_the_key(
    engage: Engage, staffetta: Said, tmp_path: Path, db: None
) -> None:
    file = tmp_path / "key"
    file.write_text(engage.key(ASSISTENZA))
    found = staffetta.json("engage", "probe", "--key-file", str(file))
    assert "templates" in {row["operation"] for row in found["answers"] if row["fits"]}
    assert engage.key(ASSISTENZA)[:32] not in json.dumps(found)
    assert not Channel.objects.exists()


def test_a_wrong_profile_is_told(engage: Engage, staffetta: Said, settings: Settings, tmp_path: Path, db: None) -> None:
    profile = tmp_path / "profile.toml"
    profile.write_text("[nothing]\nlike = 'this'\n")
    settings.ENGAGE_PROFILE = str(profile)
    file = tmp_path / "key"
    file.write_text(engage.key(ASSISTENZA))
    said = staffetta.text("channels", "connect", "--key-file", str(file), status=1)
    assert "Il profilo dell’API di Sinch Engage non è utilizzabile." in said
