"""The file of acceptance story B: what a shop's spreadsheet of customers looks like. Demo and tests import it."""

import csv
import io

NAMES = (
    *("Anna", "Luca", "Giulia", "Marco", "Chiara", "Niccolò", "Francesca", "Andrea", "Sara", "Matteo", "Elena"),
    *("Davide", "Martina", "Paolo", "Beatrice", "Simone", "Alice", "Lorenzo", "Noemi", "Stefano", "Irene", "Desirée"),
    *("Gabriele", "Aurora", "Tommaso", "Giorgia", "Filippo", "Ilaria", "Pietro", "Camilla"),
)
SURNAMES = (
    *("Rossi", "Russo", "Ferrari", "Esposito", "Bianchi", "Romano", "Colombo", "Ricci", "Marino", "Greco", "Bruno"),
    *("Gallo", "Conti", "De Luca", "Mancini", "Costa", "Giordano", "Rizzo", "Lombardi", "Moretti", "D'Amico", "Nicolò"),
    *("Barbieri", "Fontana", "Santoro", "Mariani", "Rinaldi", "Caruso", "Ferrara", "Galli", "Martini"),
)
CITIES = ("Milano", "Roma", "Torino", "Forlì", "Cantù", "Napoli", "Bologna", "Firenze", "Bari", "Palermo", "Mondovì")
HEADINGS = ("Nome", "Cognome", "Telefono", "Città", "Opt-in WhatsApp")
ROWS, IMPORTED, INVALID, DOUBLED = 2000, 1940, 35, 25
YES, NO, UNSET = 1700, 180, 60
WRONG_NUMBERS = (
    "347 1234567",  # no plus
    "0039 347 1234567",  # two noughts instead of it
    "+39 12",  # too short
    "+999 347 1234567",  # no such country
    "+39 347 12345678901",  # too long
    "3,93E+11",  # what a spreadsheet makes of a number
    "non lo so",
)


def story_b_csv(encoding: str = "utf-8-sig") -> bytes:
    """Return saldi.csv: 2,000 rows, 1,940 good, 35 with invalid numbers, 25 doubled; 1,700 Sì, 180 No, 60 not set.

    Semicolons and line ends as Excel writes them; `encoding` may be cp1252 too. Always the same bytes.
    """
    good = [_good_row(number) for number in range(IMPORTED)]
    wrong = [[*_name(n), WRONG_NUMBERS[n % len(WRONG_NUMBERS)], CITIES[n % len(CITIES)], "Sì"] for n in range(INVALID)]
    doubled = [[*_name(n + 7), good[n * 13][2].replace(" ", "-"), "", "Sì"] for n in range(DOUBLED)]
    rows = good.copy()
    for number, row in enumerate(wrong):
        rows.insert(40 + number * 51, row)
    rows.extend(doubled)  # behind the rows they repeat: the first one counts
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(HEADINGS)
    writer.writerows(rows)
    return out.getvalue().encode(encoding)


def story_b_mapping() -> dict[str, str]:
    """Return column -> target for this file; its consent column is «Opt-in WhatsApp»."""
    return dict(zip(HEADINGS, ("first_name", "last_name", "phone", "citta"), strict=False))


def story_b_phones() -> list[str]:
    """Return the numbers of the 1,940 people as E.164, in the order of the file."""
    return [_phone(number).replace(" ", "") for number in range(IMPORTED)]


def _good_row(number: int) -> list[str]:
    first, last = _name(number)
    if number % 97 == 3:
        first = ""  # the fallback of a variable is for these
    return [first, last, _phone(number), CITIES[number % len(CITIES)], _consent(number)]


def _name(number: int) -> tuple[str, str]:
    return NAMES[number % len(NAMES)], SURNAMES[number // len(NAMES) % len(SURNAMES)]


def _phone(number: int) -> str:
    return f"+39 320 000 {number:04d}"


def _consent(number: int) -> str:
    """Spread evenly: of each 97 people 85 say Sì, 9 No and 3 nothing, which makes 1,700, 180 and 60 of 1,940."""
    place = number % 97
    return "Sì" if place < 85 else "No" if place < 94 else ""
