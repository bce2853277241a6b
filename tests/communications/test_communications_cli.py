"""`staffetta communications …` does what the pages do; its JSON is for programs and keeps its shape."""

import json
from typing import Any

import pytest
from pytest_django import Settings

from engage_simulator.testing import running
from engage_simulator.worlds.story import ASSISTENZA, KEYS
from staffetta.channels.models import Channel, ConnectionState, Template
from staffetta.cli.main import main
from staffetta.communications.models import Communication
from staffetta.deliveries.models import DeliveryState
from tests.communications import made
from tests.processes import Installation, installation
from tests.wire import Answer, serving

NEW = ["--name", "Saldi", "--channel", "24001", "--template", "conferma_ordine", "--language", "it",
       "--variable", "1=field:first_name|fallback:cliente", "--variable", "2=text:A-1 | B",
       "--audience", "all"]  # fmt: skip


def obey(*words: str) -> int:
    return main(["communications", *words])


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Any:
    return lambda: json.loads(capsys.readouterr().out)


def changed(*more: str, **replaced: str) -> list[str]:
    words = list(NEW)
    for name, value in replaced.items():
        words[words.index(f"--{name}") + 1] = value
    return [*words, *more]


def test_create_makes_a_draft_and_tells_it_in_one_shape(channel: Channel, said: Any) -> None:
    made.people(3)
    assert obey("create", *NEW, "--json") == 0
    told = said()
    draft = Communication.objects.get()
    assert told == {
        "id": str(draft.pk),
        "name": "Saldi",
        "state": "draft",
        "hours": "",
        "days": [],
        "audience": 3,
        "counts": dict.fromkeys(DeliveryState.values, 0),
        "reasons": {},
    }
    assert draft.mapping == {
        "1": {"source": "field:first_name", "fallback": "cliente"},
        "2": {"source": "text:A-1 | B", "fallback": None},
    }


def test_an_import_is_named_by_its_id(channel: Channel, said: Any) -> None:
    made.people(2)
    source = made.imported(made.people(3, start=50))
    assert obey("create", *changed(audience=f"import:{source.pk}"), "--json") == 0
    assert said()["audience"] == 3


def test_a_header_file_is_looked_at(channel: Channel, said: Any, settings: Settings) -> None:
    settings.ALLOW_PRIVATE_ADDRESSES = True
    words = ["--name", "Foto", "--channel", "24001", "--template", "novita_foto", "--language", "it",
             "--variable", "1=field:first_name", "--audience", "all", "--json"]  # fmt: skip
    with serving(lambda _asked: Answer(b"x", headers={"Content-Type": "image/png"})) as store:
        assert obey("create", *words, "--header-media", store.url("/a.png")) == 0
    draft = Communication.objects.get(pk=said()["id"])
    assert (draft.media_check["type"], draft.media_check["problem"]) == ("image/png", "")
    assert obey("create", *words) == 1


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (changed(name=" "), "1"),
        (changed(channel="99"), "99"),
        (changed(template="altro"), "altro"),
        (changed(language="de"), "de"),
        (changed(audience="import:77"), "import:77"),
        (changed(audience="tutti"), "tutti"),
        (changed("--variable", "9=text:x"), "9=text:x"),
        (changed("--variable", "2=nome"), "nome"),
        (changed("--variable", "2=field:altezza"), "altezza"),
        (changed("--variable", "2=value:order"), ""),
        (changed("--header-media", "https://example.com/a.jpg"), ""),
    ],
)
def test_what_cannot_be_is_refused_on_standard_error_and_leaves_nothing(
    channel: Channel, words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert obey("create", *words, "--json") == 1
    streams = capsys.readouterr()
    assert told in streams.err
    assert streams.out == ""
    assert not Communication.objects.exists()


def test_a_variable_that_nothing_fills_is_named(channel: Channel, capsys: pytest.CaptureFixture[str]) -> None:
    assert obey("create", *NEW[:-4], *NEW[-2:]) == 1
    assert "2" in capsys.readouterr().err


def test_a_template_that_is_off_cannot_be_used(channel: Channel) -> None:
    Template.objects.update(active=False)
    assert obey("create", *NEW) == 1


def test_a_channel_that_is_not_connected_cannot_be_used(channel: Channel) -> None:
    Channel.objects.update(state=ConnectionState.REFUSED)
    assert obey("create", *NEW) == 1


def test_a_wrong_command_line_is_2(channel: Channel) -> None:
    with pytest.raises(SystemExit) as ended:
        obey("create", "--name", "x")
    assert ended.value.code == 2


def test_start_hands_over_and_a_second_start_is_refused(channel: Channel, capsys: pytest.CaptureFixture[str]) -> None:
    made.people(1)
    draft = made.draft(channel)
    assert obey("start", str(draft.pk), "--yes") == 0
    draft.refresh_from_db()
    assert draft.state == "planning"
    assert obey("start", str(draft.pk)) == 1
    assert "È già stata avviata." in capsys.readouterr().err


def test_start_of_what_is_off_says_what_to_do(channel: Channel, capsys: pytest.CaptureFixture[str]) -> None:
    draft = made.draft(channel)
    Template.objects.update(active=False)
    assert obey("start", str(draft.pk)) == 1
    assert "Il template è disattivato." in capsys.readouterr().err


def test_show_tells_numbers_and_reasons_that_close(channel: Channel, said: Any) -> None:
    draft = made.draft(channel)
    for state, reason, number in (("sent", "", 5), ("not_sent", "no_opt_in", 3), ("failed", "refused", 2)):
        draft.counts.create(state=state, reason=reason, number=number)
    Communication.objects.update(state="running")
    assert obey("show", str(draft.pk), "--json") == 0
    told = said()
    assert (told["audience"], told["reasons"]) == (10, {"no_opt_in": 3, "refused": 2})
    assert told["counts"] == {**dict.fromkeys(DeliveryState.values, 0), "sent": 5, "not_sent": 3, "failed": 2}


def test_show_for_people_writes_the_sum(channel: Channel, capsys: pytest.CaptureFixture[str]) -> None:
    draft = made.draft(channel)
    draft.counts.create(state="sent", reason="", number=2)
    draft.counts.create(state="not_sent", reason="no_opt_in", number=1)
    Communication.objects.update(state="done")
    assert obey("show", str(draft.pk)) == 0
    told = capsys.readouterr().out
    assert "3 = 2 inviati + 1 non inviato + 0 in errore + 0 da verificare + 0 in attesa + 0 annullati" in told
    assert "Opt-in WhatsApp non impostato su Sì" in told


def test_stop_of_a_draft_is_refused(channel: Channel) -> None:
    assert obey("stop", str(made.draft(channel).pk)) == 1


def test_stop_stops_what_is_under_way(channel: Channel) -> None:
    draft = made.draft(channel)
    Communication.objects.update(state="running")
    assert obey("stop", str(draft.pk)) == 0
    draft.refresh_from_db()
    assert draft.state == "stopped"


def test_list_is_a_bare_array_oldest_first(channel: Channel, said: Any) -> None:
    made.draft(channel, name="Uno")
    made.draft(channel, name="Due")
    assert obey("list", "--json") == 0
    assert [row["name"] for row in said()] == ["Uno", "Due"]


@pytest.mark.parametrize("wrong", ["0", "x", "99999999999999999999999"])
def test_what_does_not_exist_is_said(channel: Channel, wrong: str) -> None:
    assert obey("show", wrong) == 1


@pytest.mark.crash
def test_with_wait_it_does_the_whole_work_itself() -> None:
    """No worker runs: the command plans and sends by itself, and ends when nobody is waiting or sending."""
    with running("story") as engage, installation(STAFFETTA_ENGAGE_URL=engage.url) as staffetta:
        staffetta.ok("channels", "connect", "--key-file", "-", typed=KEYS[ASSISTENZA])
        staffetta.ok("channels", "refresh", "--wait")
        file = staffetta.folder / "people.csv"
        file.write_text(
            "telefono,nome,optin\n"
            + "".join(f"+39333000000{n},Nome{n},Sì\n" for n in range(9))
            + "+393330000009,Nome9,No\n"
        )
        source = staffetta.json(
            "contacts",
            "import",
            str(file),
            "--map",
            "telefono=phone",
            "--map",
            "nome=first_name",
            "--consent",
            "optin",
            "--wait",
        )["id"]
        told = _sent(staffetta, f"import:{source}")
        assert (told["state"], told["audience"]) == ("done", 10)
        assert (told["counts"]["sent"], told["counts"]["not_sent"], sum(told["counts"].values())) == (9, 1, 10)
        assert told["reasons"] == {"no_opt_in": 1}
        assert engage.summary()["accepted"] == 9


def _sent(staffetta: Installation, audience: str) -> Any:
    made_id = staffetta.json("communications", *["create", *changed(audience=audience)])["id"]
    staffetta.ok("communications", "start", made_id, "--wait", "--yes")
    return staffetta.json("communications", "show", made_id)


@pytest.mark.parametrize(
    ("at", "moment"),
    [
        ("2098-12-01T10:00", "2098-12-01T09:00:00+00:00"),
        ("2098-12-01T10:00+05:00", "2098-12-01T05:00:00+00:00"),
        ("2098-12-01T10:00-03:30", "2098-12-01T13:30:00+00:00"),
        ("2098-12-01T10:00Z", "2098-12-01T10:00:00+00:00"),
    ],
)
def test_the_offset_of_a_time_counts_and_without_one_the_zone_does(channel: Channel, at: str, moment: str) -> None:
    draft = made.draft(channel, template="promo_estate")
    assert obey("schedule", str(draft.pk), "--at", at, "--zone", "Europe/Rome") == 0
    draft.refresh_from_db()
    assert draft.start_at
    assert draft.start_at.isoformat() == moment


@pytest.mark.parametrize(
    ("at", "zone"), [("2098-12-01T10:00+05:00", "Europe/Roma"), ("2098-12-01T10:00+99:00", "Europe/Rome"),
                     ("0001-01-01T00:00+05:00", "Europe/Rome"), ("domani", "Europe/Rome")],
)  # fmt: skip
def test_what_is_no_time_or_no_zone_is_refused_in_words(
    channel: Channel, capsys: pytest.CaptureFixture[str], at: str, zone: str
) -> None:
    draft = made.draft(channel, template="promo_estate")
    assert obey("schedule", str(draft.pk), "--at", at, "--zone", zone) == 1
    assert "Europe/Rome" in capsys.readouterr().err
