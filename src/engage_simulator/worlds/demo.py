"""The story's account, widened: templates of every kind and state, fields of every type, 2,000 customers."""

from __future__ import annotations

from engage_simulator.template import Row

from . import story
from .people import people
from .pieces import call, copy_code, link, media_header, reply, template, text_header
from .story import ASSISTENZA, EVENTI, NOVITA, STOP, VETRINA

CUSTOMERS = {ASSISTENZA: 1400, NOVITA: 500, EVENTI: 100}

MORE_OF_ASSISTENZA: list[Row] = [
    template(
        "conferma_ordine",
        "Hallo {{1}}, deine Bestellung *{{2}}* ist bestätigt. Danke!",
        language="de",
        status="PAUSED",
        quality_score={"score": "RED"},
    ),
    template("benvenuto", "Welcome! From today you get the news of your orders here.", language="en"),
    template(
        "fattura_pronta",
        "Gentile {{1}}, in allegato trovi la fattura {{2}}.",
        header=media_header("DOCUMENT"),
        buttons=(call("Chiama l'amministrazione", "+390200000009"),),
    ),
    template(
        "istruzioni_video",
        "Ciao {{1}}, in questo video ti mostriamo come si monta il tuo acquisto.",
        header=media_header("VIDEO"),
        quality_score={"score": "YELLOW"},
    ),
    template(
        "ritiro_in_negozio",
        "Ciao {{1}}, il tuo ordine ti aspetta in negozio. Ecco dove siamo.",
        header=media_header("LOCATION"),
    ),
    template(
        "ordine_in_ritardo",
        "Ciao {{nome}}, l'ordine {{numero_ordine}} arriva con qualche giorno di ritardo. Ci scusiamo.",
        parameter_format="NAMED",
    ),
    template(
        "stato_riparazione",
        "La riparazione è: _{{1}}_.\n\nCosto previsto: ```{{2}} euro```. ~Preventivo~ confermato.",
        header=text_header("Riparazione {{1}}"),
        footer="Laboratorio, lun-ven 9-18",
        buttons=(reply("Va bene"), reply("Richiamatemi"), link("Dettagli", "https://example.com/riparazioni")),
    ),
    template(
        "codice_accesso",
        "{{1}} è il tuo codice di verifica. Non comunicarlo a nessuno.",
        category="AUTHENTICATION",
        buttons=({"type": "OTP", "otp_type": "COPY_CODE", "text": "Copia il codice"},),
    ),
    template("sondaggio", "Ciao {{1}}, come ti sei trovato? Rispondi con un voto da 1 a 5.", status="ARCHIVED"),
    template("recupero_carrello", "Ciao {{1}}, hai dimenticato qualcosa.", category="MARKETING", status="DISABLED"),
    template("avviso_sciopero", "Le consegne di domani potrebbero tardare.", status="in_appeal"),
    template("listino_nuovo", "Ciao {{1}}, il listino è cambiato.", status="QUARANTINED"),
    template(
        "riepilogo_mensile",
        "Gentile {{1}}, questo mese hai fatto {{2}} acquisti per {{3}} euro e raccolto {{4}} punti. "
        "Il tuo saldo è di {{5}} punti, validi fino al {{6}}. Grazie dalla sede di {{7}}!",
    ),
]

MORE_OF_NOVITA: list[Row] = [
    template(
        "coupon_compleanno",
        "Tanti auguri {{1}}! Per te il 15% di sconto fino a fine mese.",
        category="MARKETING",
        buttons=(copy_code("AUGURI15"), link("Scegli il regalo", "https://example.com/regali")),
        footer=STOP,
    ),
    template("new_arrivals", "The new season is here. Come and see us!", language="en", category="MARKETING"),
    template(
        "novita_foto", "Hi {{1}}, see what is new.", language="en", header=media_header("IMAGE"), category="MARKETING"
    ),
    template(
        "novita_foto",
        "Hallo {{1}}, sieh dir die Neuheiten an.",
        language="de",
        category="MARKETING",
        header=media_header("IMAGE"),
        status="pending",
    ),
    {
        "name": "vetrina_carosello",
        "language": "it",
        "status": "approved",
        "category": "MARKETING",
        "components": [
            {"type": "BODY", "text": "Ciao {{1}}, tre idee per te."},
            {
                "type": "CAROUSEL",
                "cards": [
                    {
                        "components": [
                            {"type": "HEADER", "format": "IMAGE"},
                            {"type": "BODY", "text": f"Idea {number}"},
                            {"type": "BUTTONS", "buttons": [link("Guarda", f"https://example.com/idee/{number}")]},
                        ]
                    }
                    for number in (1, 2, 3)
                ],
            },
        ],
    },
    template(
        "vendita_privata",
        "Ciao {{1}}, la vendita privata comincia alle {{2}}.",
        category="MARKETING",
        status="rejected",
        rejected_reason="PROMOTIONAL",
    ),
]

MORE_FIELDS: list[Row] = [
    {"name": "punti", "title": "Punti", "type": "number"},
    {"name": "livello", "title": "Livello", "type": "word"},
    {
        "name": "interessi",
        "title": "Interessi",
        "type": "multiple_choice",
        "values": {"1": "Moda", "2": "Casa", "3": "Sport", "4": "Bambini"},
    },
    {"name": "posizione", "title": "Posizione", "type": "location"},
    {"name": "orario_preferito", "title": "Orario preferito", "type": "time"},
    {"name": "note", "title": "Note", "type": "text"},
    {
        "name": "canale_acquisto",
        "title": "Canale d'acquisto",
        "type": "single_choice",
        "values": "Negozio, Sito, Telefono",
    },
]


def world() -> Row:
    """The seed `demo`."""
    own = story.fields()
    own[ASSISTENZA] += MORE_FIELDS
    own[NOVITA] += [story.NATO_IL]
    return {
        "api_version": 16,
        "channels": story.channels(),
        "templates": {
            ASSISTENZA: [*story.OF_ASSISTENZA, *MORE_OF_ASSISTENZA],
            NOVITA: [*story.OF_NOVITA, *MORE_OF_NOVITA],
        },
        "fields": own,
        "customers": {
            ASSISTENZA: list(people(CUSTOMERS[ASSISTENZA], own[ASSISTENZA])),
            NOVITA: list(people(CUSTOMERS[NOVITA], own[NOVITA], start=1001)),
            EVENTI: list(people(CUSTOMERS[EVENTI], own[EVENTI], messenger="TG")),
            VETRINA: [],
        },
        "tickets": {
            ASSISTENZA: [
                {
                    "user_id": "393470000003",
                    "chats": [
                        {
                            "chat": "Buongiorno, quando arriva il mio ordine?",
                            "outgoing": False,
                            "created": "1763800000",
                        },
                    ],
                },
                {
                    "user_id": "393470000011",
                    "chats": [
                        {"chat": "Buongiorno!", "outgoing": True, "created": "1763700000"},
                        {"chat": "Grazie, tutto a posto", "outgoing": False, "created": "1763700600"},
                    ],
                },
            ],
        },
        "agents": story.AGENTS,
    }
