"""The forms of one number: WhatsApp and the telephone network disagree in three countries (messaging-rules 1.12)."""

import re

CODES = ("52", "54", "55")
BRAZIL = re.compile(r"55(\d\d)(9?)([6-9]\d{7})")
MEXICO = re.compile(r"52(1?)(\d{10})")
ARGENTINA = re.compile(r"54(9?)(\d{10})")


def equivalents(digits: str) -> set[str]:
    """Return the number (digits, no plus) with its other forms."""
    forms = {digits}
    if not digits.startswith(CODES):
        return forms
    if found := BRAZIL.fullmatch(digits):
        forms |= {f"55{found[1]}{found[3]}", f"55{found[1]}9{found[3]}"}
    elif found := MEXICO.fullmatch(digits):
        forms |= {f"52{found[2]}", f"521{found[2]}"}
    elif found := ARGENTINA.fullmatch(digits):
        forms |= {f"54{found[2]}", f"549{found[2]}"}
    return forms


def canonical(digits: str) -> str:
    """Return the one form that stands for all: equal for two numbers exactly when they are one person's."""
    return min(equivalents(digits))
