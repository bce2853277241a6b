"""The retry table as a person reads it, in both languages: each row says what it does, and nothing else.

That it also does so is shown row by row in test_retry_table.py.
"""

from collections.abc import Mapping
from html import unescape

import pytest
from django.test import Client

from staffetta.accounts.models import User
from staffetta.deliveries.ledger.retry_table import TABLE, Does
from tests.deliveries.test_retry_table import ROWS, Row

OF = ("recipient", "template", "communication", "channel")
STATE: Mapping[str, tuple[str, str]] = {
    "waiting": ("Resta in attesa", "Waits"),
    "failed": ("Va in errore, con il motivo", "Fails, with the reason"),
    "uncertain": ("È da verificare: si cerca nella conversazione", "Is uncertain: looked up in the conversation"),
}
BESIDES: Mapping[str, tuple[str, str]] = {
    "recipient: reads_opt_outs": (
        "Persona: Prima della prossima comunicazione si rilegge su Sinch Engage chi è stato fermato",
        "Person: Who stopped is read on Sinch Engage before the next communication",
    ),
    "template: counts": ("Template: Dopo 20 rifiuti di fila", "Template: After 20 refusals in a row"),
    "template: takes_out": (
        "Template: Non si usa più, finché un aggiornamento non lo ritrova",
        "Template: Taken out until a refresh finds it again",
    ),
    "communication: counts": (
        "Comunicazione: Sospesa se, su almeno 20, oltre il 20% è rifiutato per uno stesso motivo",
        "Communication: Held when, of 20 or more, over 20% are refused for one reason",
    ),
    "communication: holds": ("Comunicazione: Sospesa<", "Communication: Held<"),
    "channel: counts": ("Canale: Dopo 10 di fila va in pausa", "Channel: After 10 in a row it pauses"),
    "channel: holds": ("Canale: Tutto ciò che usa il canale è sospeso", "Channel: Everything of the channel is held"),
    "channel: slows": ("Canale: Rallenta, poi torna", "Channel: Slows down, then recovers step by step"),
}
"""What the table says besides the message's own state, Italian and English."""


@pytest.mark.parametrize("row", {row.code: row for row in ROWS}.values(), ids=lambda row: row.code)
def test_a_row_says_what_it_does_and_nothing_else(row: Row, as_operator: Client) -> None:
    rule = TABLE[row.code]
    does = {
        f"{of}: {does}"
        for of, does in zip(OF, (rule.recipient, rule.template, rule.communication, rule.channel), strict=True)
        if does is not Does.NOTHING
    }
    for place, (language, what) in enumerate((("it", row.italian), ("en", row.english))):
        User.objects.update(language=language)
        page = unescape(as_operator.get("/messages/rules/").content.decode())
        [line] = [each for each in page.split("<tr>") if f">{what}<" in each]
        assert STATE[rule.state][place] in line
        assert {each for each in BESIDES if BESIDES[each][place] in line} == does
