"""The account of the stories: four channels, and numbers that must come out exactly.

Assistenza clienti has 9 templates by name, 6 approved, 2 in review, 1 rejected, and 5 customer fields; Novità e
offerte has 3 approved ones; Bot eventi is on Telegram, Vetrina social on Instagram.
"""

from __future__ import annotations

from engage_simulator.template import Row

from .people import people
from .pieces import link, media_header, reply, template, text_header

ASSISTENZA, NOVITA, EVENTI, VETRINA = "24001", "24002", "24003", "24004"
KEYS = {
    ASSISTENZA: "3ee0c0895e926f80f96fcf782dd06293_24001_3ca6a027ab45ebdd043a7893b",
    NOVITA: "6d5da5143fdb91e2741efb040833bc3c_24002_5d4510900e7b5711b245575bd",
    EVENTI: "cb08f26c39e40d2966d867602f25a29c_24003_f2d645b5bafe67f956ddff273",
    VETRINA: "9556485a3b0d1891145cccea42e132a9_24004_dcbaa6d7cf4ecfc182166fad4",
}
STOP = "Rispondi STOP per non ricevere altri messaggi"

CHANNELS: list[Row] = [
    {"id": ASSISTENZA, "name": "Assistenza clienti", "messenger": "WB", "number": "390200000001"},
    {"id": NOVITA, "name": "Novità e offerte", "messenger": "WB", "number": "390200000002"},
    {"id": EVENTI, "name": "Bot eventi", "messenger": "TG", "number": ""},
    {"id": VETRINA, "name": "Vetrina social", "messenger": "IG", "number": ""},
]

NOVITA_FOTO = template(
    "novita_foto",
    "Ciao {{1}}, guarda le novità della settimana: le trovi in negozio e online.",
    category="MARKETING",
    header=media_header("IMAGE"),
    footer=STOP,
)

OF_ASSISTENZA: list[Row] = [
    template(
        "benvenuto", "Benvenuto! Da oggi ricevi qui gli aggiornamenti sui tuoi ordini e le risposte dell'assistenza."
    ),
    template(
        "conferma_ordine",
        "Ciao {{1}}, il tuo ordine *{{2}}* è confermato. Grazie!",
        header=text_header("Ordine ricevuto"),
        footer=STOP,
        quality_score={"score": "GREEN"},
    ),
    template("conferma_ordine", "Hi {{1}}, your order *{{2}}* is confirmed. Thank you!", language="en"),
    template(
        "spedizione_partita",
        "Ciao {{1}}, il pacco dell'ordine {{2}} è partito e arriva entro due giorni lavorativi.",
        buttons=(link("Segui il pacco", "https://example.com/spedizioni/{{1}}"),),
    ),
    template(
        "promemoria_appuntamento",
        "Gentile {{1}}, ti aspettiamo il {{2}} alle {{3}}. Se non puoi venire, rispondi a questo messaggio.",
        buttons=(reply("Confermo"), reply("Devo spostare")),
    ),
    template(
        "promo_estate",
        "Ciao {{1}}, fino al 31 agosto hai il *20%* di sconto su tutta la collezione estiva. Ti aspettiamo!",
        category="MARKETING",
        footer=STOP,
    ),
    NOVITA_FOTO,
    template("sconto_autunno", "Ciao {{1}}, ecco il tuo sconto per l'autunno.", category="MARKETING", status="pending"),
    template("invito_evento", "Ciao {{1}}, ti invitiamo al nostro evento.", category="MARKETING", status="pending"),
    template(
        "vecchio_avviso",
        "Avviso per {{1}} sul nostro servizio di consegna.",
        status="rejected",
        rejected_reason="INCORRECT_CATEGORY",
    ),
]

OF_NOVITA: list[Row] = [
    NOVITA_FOTO,
    template(
        "saldi_anteprima",
        "Ciao {{1}}, per te i saldi cominciano un giorno prima: domani in negozio con la tua tessera.",
        category="MARKETING",
        footer=STOP,
    ),
    template(
        "nuovi_arrivi",
        "Sono arrivati i nuovi prodotti della stagione: passa a trovarci o guardali sul sito.",
        category="MARKETING",
        footer=STOP,
        buttons=(link("Guarda i nuovi arrivi", "https://example.com/novita"),),
    ),
]

BASE_FIELDS: list[Row] = [
    {"name": "number", "title": "Numero", "type": "word"},
    {"name": "name", "title": "Nome", "type": "text"},
]
CITTA: Row = {"name": "citta", "title": "Città", "type": "text"}
NATO_IL: Row = {"name": "nato_il", "title": "Data di nascita", "type": "date"}
TAGLIA: Row = {"name": "taglia", "title": "Taglia", "type": "single_choice", "values": ["S", "M", "L", "XL"]}

AGENTS: list[Row] = [
    {"id": "501", "active": "1", "roles": ["admin"], "channels": [ASSISTENZA, NOVITA, EVENTI, VETRINA], "tickets": []},
    {"id": "502", "active": "1", "roles": ["agent"], "channels": [ASSISTENZA], "tickets": []},
]


def channels() -> list[Row]:
    """The four channels with their keys."""
    return [{**row, "active": "1", "apikey": KEYS[row["id"]]} for row in CHANNELS]


def fields() -> dict[str, list[Row]]:
    """Customer fields per channel: five on Assistenza clienti."""
    return {
        ASSISTENZA: [*BASE_FIELDS, CITTA, TAGLIA, NATO_IL],
        NOVITA: [*BASE_FIELDS, CITTA],
        EVENTI: [*BASE_FIELDS, CITTA],
        VETRINA: list(BASE_FIELDS),
    }


def world() -> Row:
    """The seed `story`: a dozen customers, so that every number is the story's own."""
    own = fields()
    return {
        "api_version": 16,
        "channels": channels(),
        "templates": {ASSISTENZA: list(OF_ASSISTENZA), NOVITA: list(OF_NOVITA)},
        "fields": own,
        "customers": {
            ASSISTENZA: list(people(12, own[ASSISTENZA])),
            NOVITA: list(people(4, own[NOVITA], start=8)),
            EVENTI: list(people(3, own[EVENTI], messenger="TG")),
        },
        "agents": AGENTS,
    }
