"""What spreadsheets and databases write where there is no value: read as empty, never as somebody's name."""

import re

ERRORS = re.compile(
    r"#(?:N/[AD]|NV|NULL!|NULLO!|NUL!|NULO!|DIV/0!|VALUE!|VALORE!|VALEUR!|WERT!|REF!|RIF!|BEZUG!|NAME\?|NOME\?|NOM\?"
    r"|NUM!|NOMBRE!|ZAHL!|SPILL!|ESPANSIONE!|CALC!|CALCOLO!|BUSY!|FIELD!|CAMPO!|CONNECT!|BLOCKED!|UNKNOWN!|GETTING_DATA"
    r"|¡NULO!|¡DIV/0!|¡VALOR!|¡REF!|¿NOMBRE\?|¡NUM!)|err:[0-9]{3}",
    re.IGNORECASE,
)
"""The error words of Excel in Italian, English, German, French, Spanish and Portuguese, and those of LibreOffice."""
EMPTY = frozenset({"NULL", "nan", "NaN", "<NA>"})
"""As databases and programs write them, letter by letter: Nan and Null are names of people."""


def is_error_word(cell: str) -> bool:
    """Say whether the whole cell is such a word."""
    if cell[:1] in ("#", "E", "e"):
        return ERRORS.fullmatch(cell) is not None
    return cell in EMPTY
