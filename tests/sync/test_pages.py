"""The tab *Sincronizzazione contatti*, in Italian, and the command line."""

import json
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from staffetta.channels.models import Channel
from staffetta.cli.main import main
from staffetta.contacts.models import Contact, ContactField
from staffetta.sync import run as lane
from staffetta.sync.models import SyncConfiguration, SyncConsent, SyncRun
from tests import world as factory
from tests.sync.conftest import People
from tests.sync.test_runs import CITY
from tests.sync.world import CONTEXT, configuration, contact, customer, finish, number, ran

pytestmark = pytest.mark.django_db
Queries = Callable[[int], object]


def address(made: SyncConfiguration, rest: str = "") -> str:
    return f"/engage/channels/{made.channel_id}/sync/{made.pk}/{rest}"


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def form_of(rows: list[dict[str, str]], **more: str) -> dict[str, str]:
    data = {
        "name": "Anagrafica",
        "direction": "from_engage",
        "key_customer": "id",
        "key_contact": "phone",
        "create_unknown": "on",
        "stopped_means": "opt_out",
        "blocked_means": "opt_out",
        "every": "never",
        "time_zone": "Europe/Rome",
        "rows-TOTAL_FORMS": str(len(rows)),
        "rows-INITIAL_FORMS": "0",
    }
    for place, row in enumerate(rows):
        data |= {f"rows-{place}-{name}": value for name, value in row.items()}
    return data | more


@pytest.fixture
def offered(db: None) -> Channel:
    channel = factory.a_channel()
    channel.customer_fields.create(name="citta", label="Città", type="text")
    channel.customer_fields.create(name="nato_il", label="Data di nascita", type="date")
    ContactField.objects.create(name="citta", label="Città")
    ContactField.objects.create(name="figli", label="Figli", type="integer")
    return channel


def test_the_tab_says_what_to_do_first(as_operator: Client, offered: Channel) -> None:
    page = text(as_operator, f"/engage/channels/{offered.pk}/sync/")
    assert "Sincronizzazione contatti" in page
    assert "Nessuna configurazione di sincronizzazione" in page


def test_the_form_offers_the_downloaded_fields_and_stores_what_was_chosen(
    as_operator: Client, offered: Channel
) -> None:
    path = f"/engage/channels/{offered.pk}/sync/new/"
    page = text(as_operator, path)
    assert "Data di nascita" in page
    assert "Tabella delle conversioni" in page
    rows = [
        {"source": "=first_name", "target": "first_name", "mode": "provider"},
        {"source": "field:citta", "target": "citta", "mode": "if_empty"},
        {"source": "", "target": "", "mode": "provider"},
    ]
    assert as_operator.post(path, form_of(rows)).status_code == 302
    made = SyncConfiguration.objects.get()
    assert [(row.kind, row.customer_field, row.type_seen, row.mode) for row in made.mappings.order_by("pk")] == [
        ("first_name", "", "", "provider"),
        ("field", "citta", "text", "if_empty"),
    ]


@pytest.mark.parametrize(
    ("row", "more", "said"),
    [
        ({"source": "field:citta", "target": ""}, {}, "Scegli anche questo"),
        ({"source": "=fixed", "target": "citta"}, {}, "Scrivi il valore fisso"),
        ({"source": "field:nato_il", "target": "figli"}, {}, "non sono compatibili"),
        ({}, {"every": "daily"}, "Indica a che ora"),
        ({}, {"state_rules": "opt_out_stop"}, "non si scrive nulla su Sinch Engage"),
        ({}, {"direction": "both", "state_rules": "deleted_delete"}, "elimina per sempre"),
        ({}, {"direction": "both", "state_rules": "suppressed_block"}, "tornerebbe qui come «Disiscrizione»"),
        ({"source": "field:citta", "target": "citta"}, {"key_contact": "citta"}, "nessuna riga può cambiarlo"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_nothing_is_stored(
    as_operator: Client, offered: Channel, row: dict[str, str], more: dict[str, str], said: str
) -> None:
    answer = as_operator.post(f"/engage/channels/{offered.pk}/sync/new/", form_of([row], **more))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not SyncConfiguration.objects.exists()


def test_two_rows_cannot_write_to_one_customer_field(as_operator: Client, offered: Channel) -> None:
    ContactField.objects.create(name="paese", label="Paese")
    rows = [{"source": "field:citta", "target": target, "mode": "newest"} for target in ("citta", "paese")]
    path = f"/engage/channels/{offered.pk}/sync/new/"
    answer = as_operator.post(path, form_of(rows, direction="both"))
    assert (answer.status_code, "può farlo una sola" in answer.content.decode()) == (422, True)
    assert as_operator.post(path, form_of(rows)).status_code == 302


def test_a_held_configuration_shows_the_difference(as_operator: Client, offered: Channel) -> None:
    made = configuration(offered)
    offered.customer_fields.filter(name="nato_il").update(type="text")
    page = text(as_operator, address(made))
    assert "era di tipo Data e ora è di tipo Testo" in page
    assert "Sospesa" in text(as_operator, f"/engage/channels/{offered.pk}/sync/")
    as_operator.post(address(made, "accept/"))
    assert "Sospesa" not in text(as_operator, address(made))


def test_from_preview_to_undo_by_the_pages(as_operator: Client, channel: Channel, at_engage: People) -> None:
    at_engage([customer(1, "Maria De Luca", citta="Roma"), customer(2, "Ugo", nato_il="boh")])
    made = configuration(channel)
    assert as_operator.post(address(made, "rehearse/")).status_code == 302
    rehearsal = finish(SyncRun.objects.get(rehearsal=True))
    page = text(as_operator, address(made, f"runs/{rehearsal.pk}/"))
    assert "Anteprima delle modifiche" in page
    assert "– → De Luca" in page
    assert "Non è una data" in page
    as_operator.post(address(made, "start/"))
    run = finish(SyncRun.objects.get(rehearsal=False))
    assert "Confronto con l’anteprima precedente" in text(as_operator, address(made, f"runs/{run.pk}/"))
    row = run.rows.get(outcome="rejected")
    assert "Non è una data" in text(as_operator, address(made, "rejects/"))
    page = text(as_operator, address(made, f"rejects/{row.pk}/"))
    assert "Correggi la riga di" in page
    assert page.count('aria-invalid="true" aria-describedby="why-rejected" autofocus') == 1
    answer = as_operator.post(address(made, f"rejects/{row.pk}/"), {"value-nato_il": "1990-01-02"})
    assert answer.status_code == 302
    assert Contact.objects.count() == 2
    assert "2 nuovi contatti vengono eliminati" in text(as_operator, address(made, f"runs/{run.pk}/undo/"))
    as_operator.post(address(made, f"runs/{run.pk}/undo/"))
    lane.work(CONTEXT)
    assert not Contact.objects.exists()


def test_the_consent_is_an_explicit_step_with_the_number_typed(
    as_operator: Client, channel: Channel, at_engage: People
) -> None:
    at_engage([customer(1), customer(2), {**customer(3), "stopped": "1"}])
    made = configuration(channel)
    run = ran(made)
    path = address(made, f"runs/{run.pk}/consent/")
    said = {"purpose": "marketing", "source": "Negozio", "wording": "Accetto", "given_on": "2026-05-01"}
    assert as_operator.post(path, {**said, "typed": "2"}).status_code == 422
    assert not SyncConsent.objects.exists()
    assert as_operator.post(path, {**said, "typed": "3"}).status_code == 302
    lane.work(CONTEXT)
    step = SyncConsent.objects.get()
    assert (step.changed, step.kept_out) == (2, 1)
    assert "Consenso registrato: 2 persone" in text(as_operator, address(made, f"runs/{run.pk}/"))


def test_a_conflict_is_decided_on_its_page(as_operator: Client, channel: Channel, at_engage: People) -> None:
    at_engage([customer(1, citta="Roma")])
    Contact.objects.bulk_create([contact(1, citta="Bari")])
    made = configuration(channel, CITY)
    ran(made)
    assert "qui Bari, su Sinch Engage Roma" in text(as_operator, address(made, "conflicts/"))
    as_operator.post(address(made, "conflicts/"), {"row": "all", "side": "there"})
    assert Contact.objects.get().values == {"citta": "Roma"}


def test_lists_cost_the_same_whatever_they_hold(
    as_operator: Client, offered: Channel, django_assert_num_queries: Callable[[int], object]
) -> None:
    made = configuration(offered)
    for place in range(3):
        configuration(offered, [], name=f"Altra {place}")
    run = SyncRun.objects.create(configuration=made, state="done")
    people = Contact.objects.bulk_create([contact(place) for place in range(60)])
    run.rows.bulk_create(
        [run.rows.model(run=run, outcome="created", customer_id=number(0), contact=person) for person in people]
    )
    for path, queries in ((f"/engage/channels/{offered.pk}/sync/", 11), (address(made, f"runs/{run.pk}/"), 14)):
        with django_assert_num_queries(queries):  # type: ignore[attr-defined]  # a context manager
            text(as_operator, path)


@pytest.mark.parametrize(
    ("page", "outcome"), [("conflicts/", "conflicting"), ("rejects/", "rejected"), ("", "rejected")]
)
def test_what_waits_for_a_person_is_paged_and_counted_no_further_than_a_thousand(
    as_operator: Client, offered: Channel, page: str, outcome: str
) -> None:
    made = configuration(offered)
    run = SyncRun.objects.create(configuration=made, state="done")
    seen = []
    for rows in (2, 1100):
        run.rows.bulk_create(
            run.rows.model(run=run, outcome=outcome, customer_id=number(place), reason="no_key")
            for place in range(rows)
        )
        with CaptureQueriesContext(connection) as asked:
            shown = text(as_operator, address(made, page))
        seen.append(len(asked))
    assert seen[0] == seen[1]
    if not page:
        assert "1.000+ righe scartate" in shown


def test_the_command_line_rehearses_runs_shows_and_undoes(
    channel: Channel, at_engage: People, capsys: pytest.CaptureFixture[str]
) -> None:
    at_engage([customer(1, "Ugo")])
    made = configuration(channel)
    run = ran(made)
    for arguments, key, value in (
        (["list"], None, None),
        (["show", str(run.pk)], "created", 1),
    ):
        assert main(["sync", *arguments, "--json"]) == 0
        said = json.loads(capsys.readouterr().out)
        assert key is None or said[key] == value
    assert main(["sync", "run", "999999"]) == 1
    assert "non esiste" in capsys.readouterr().err


def test_each_person_of_a_run_stands_beside_what_the_preview_said(
    as_operator: Client, channel: Channel, at_engage: People
) -> None:
    at_engage([customer(1, "Maria De Luca"), customer(2, "Ugo")])
    made = configuration(channel)
    ran(made, rehearsal=True)
    Contact.objects.bulk_create([contact(2, "Ugolino")])
    run = ran(made)
    page = text(as_operator, address(made, f"runs/{run.pk}/"))
    assert page.count("come nell’anteprima") == 1
    assert "nell’anteprima: nuovo<div>Nome: – → Ugo</div>" in page
