"""Find contacts that are probably one person: each rule is a few set-based statements, never everybody with everybody.

A rule yields pairs (older contact, younger contact); a number names one
person only if few contacts share it (a switchboard, info@…), hence `FEW`.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import combinations, groupby
from typing import Any

from django.db.models import CharField, Count, F, Func, Q, QuerySet, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, Lower, Trim

from staffetta.contacts.models import Contact, ContactField
from staffetta.contacts.phones.phone import forms
from staffetta.contacts.record_models import TwinReason
from staffetta.text import identity

type Pair = tuple[int, int]
type Row = tuple[Any, ...]

FEW = 20
"""A value more contacts share than this is nobody's own."""
NAMESAKES = 5000
PIECE = 1000
SHORT = 8
"""Signs a number must have more of for «one digit off» to mean something."""


def same_number() -> Iterator[Pair]:
    """Two forms of one number: only countries whose code begins with 5 have any; and the provider's own ids."""
    abroad = Contact.objects.filter(phone__gte="+52", phone__lt="+56").order_by("phone")
    for piece in _pieces(abroad.values_list("pk", "phone"), "phone", 1):
        yield from _by_number((pk, forms(phone) - {phone}) for pk, phone in piece)
    known = Contact.objects.exclude(whatsapp_id="")
    yield from _grouped(known.annotate(key=F("whatsapp_id")), _all)
    for piece in _pieces(known.order_by("pk").values_list("pk", "whatsapp_id"), "pk", 0):
        yield from _by_number((pk, forms(f"+{number}")) for pk, number in piece)


def second_number() -> Iterator[Pair]:
    """The number of one stands in a phone field of the other."""
    for name in ContactField.objects.filter(type="phone").values_list("name", flat=True):
        having = Contact.objects.filter(**{f"values__{name}__isnull": False}).order_by("pk")
        for piece in _pieces(having.values_list("pk", f"values__{name}"), "pk", 0):
            yield from _by_number((pk, forms(str(number))) for pk, number in piece)


def same_email() -> Iterator[Pair]:
    """One e-mail address, whatever its capitals, in a text field whose name says that it holds one."""
    named = Q(name__icontains="mail") | Q(label__icontains="mail")
    for name in ContactField.objects.filter(named, type="text").values_list("name", flat=True):
        text = Cast(KeyTextTransform(name, "values"), TextField())
        yield from _grouped(Contact.objects.annotate(key=Lower(Trim(text))).filter(key__contains="@"), _all)


def same_external_id() -> Iterator[Pair]:
    """One id written with other capitals, or without the zeros a spreadsheet cut off."""
    plain = Func(Lower(Trim("external_id")), Value("0"), function="LTRIM", output_field=CharField())
    yield from _grouped(Contact.objects.filter(external_id__isnull=False).annotate(key=plain), _all)
    yield from _hidden_signs()


def _hidden_signs() -> Iterator[Pair]:
    """Two ids that look alike: one kept its hidden signs since the other had the plain id already (stored_text.py)."""
    odd = Contact.objects.filter(external_id__regex=r"[^ -~]").order_by("pk").values_list("pk", "external_id")
    for piece in _pieces(odd, "pk", 0):
        plain: dict[str, list[int]] = {}
        for pk, external_id in piece:
            plain.setdefault(identity(external_id), []).append(pk)
        for pk, external_id in Contact.objects.filter(external_id__in=plain).values_list("pk", "external_id"):
            yield from (_pair(pk, other) for other in plain[external_id or ""] if other != pk)
        for alike in plain.values():
            yield from combinations(alike, 2)


def near_number() -> Iterator[Pair]:
    """One name, and numbers that differ by one digit, or by two neighbours changed over."""
    yield from _grouped(_by_name().filter(phone__isnull=False), _near, NAMESAKES)


def other_platform() -> Iterator[Pair]:
    """A name only two people have, one with a number and one with a TELEGRAMID."""
    yield from _grouped(_by_name(), _complement, 2)


RULES: tuple[tuple[TwinReason, Callable[[], Iterator[Pair]]], ...] = (
    (TwinReason.SAME_NUMBER, same_number),
    (TwinReason.SECOND_NUMBER, second_number),
    (TwinReason.SAME_EMAIL, same_email),
    (TwinReason.SAME_EXTERNAL_ID, same_external_id),
    (TwinReason.NEAR_NUMBER, near_number),
    (TwinReason.OTHER_PLATFORM, other_platform),
)
"""The surest first: a pair keeps the first reason it was found for."""


def _pieces(rows: QuerySet[Any, Any], column: str, place: int) -> Iterator[list[Row]]:
    """Read rows in pieces, each from behind the last by the column that orders them (at `place` of a row)."""
    piece = list(rows[:PIECE])
    while piece:
        yield piece
        piece = list(rows.filter(**{f"{column}__gt": piece[-1][place]})[:PIECE])


def _by_number(wanted: Iterable[tuple[int, set[str]]]) -> Iterator[Pair]:
    """Yield each contact with whoever has one of the numbers."""
    seekers: dict[str, list[int]] = {}
    for pk, numbers in wanted:
        for number in numbers:
            seekers.setdefault(number, []).append(pk)
    for pk, phone in Contact.objects.filter(phone__in=seekers).values_list("pk", "phone"):
        few = seekers[phone or ""]
        if len(few) <= FEW:
            yield from (_pair(pk, other) for other in few if other != pk)


def _grouped(
    keyed: QuerySet[Any, Any], pairs: Callable[[list[Row]], Iterable[Pair]], most: int = FEW
) -> Iterator[Pair]:
    """Yield the pairs of each group of contacts with one `key`, of groups with at most so many members."""
    keyed = keyed.exclude(key="").order_by()
    several = keyed.values("key").annotate(number=Count("pk")).filter(number__gt=1, number__lte=most).values("key")
    rows = keyed.filter(key__in=several).order_by("key", "pk").values_list("key", "pk", "phone", "telegram_id")
    for _key, group in groupby(rows.iterator(chunk_size=2000), key=lambda row: row[0]):
        yield from pairs(list(group))


def _all(group: list[Row]) -> Iterator[Pair]:
    return combinations([row[1] for row in group], 2)


def _by_name() -> QuerySet[Any, Any]:
    """First and last name without case and accents: the search's text without the addresses in it."""
    name: Combinable = F("search")
    for column in ("phone", "whatsapp_id", "telegram_id"):
        name = Func(name, Coalesce(F(column), Value("")), Value(""), function="REPLACE", output_field=TextField())
    return (
        Contact.objects.exclude(first_name="").exclude(last_name="").annotate(key=Trim(name, output_field=TextField()))
    )


def _near(group: list[Row]) -> Iterator[Pair]:
    """Compare those that share a third of the number: one wrong digit, or two changed over, touch two at most."""
    met: dict[tuple[int, str], list[tuple[int, str]]] = {}
    for _key, pk, phone, _telegram in group:
        if len(phone) <= SHORT:
            continue
        close = set[int]()
        for place in range(3):
            others = met.setdefault((place, phone[3 + 3 * place : 6 + 3 * place if place < 2 else None]), [])
            close.update(other for other, number in others if _is_close(phone, number))
            others.append((pk, phone))
        yield from (_pair(pk, other) for other in sorted(close))


def _is_close(one: str, other: str) -> bool:
    if len(one) != len(other):
        return False
    apart = [at for at, sign in enumerate(one) if sign != other[at]]
    if len(apart) == 2:
        first, second = apart
        return second == first + 1 and one[first] == other[second] and one[second] == other[first]
    return len(apart) == 1


def _complement(group: list[Row]) -> Iterator[Pair]:
    (_, first, phone, telegram), (_, second, other_phone, other_telegram) = group
    if (phone and not telegram and other_telegram and not other_phone) or (
        telegram and not phone and other_phone and not other_telegram
    ):
        yield _pair(first, second)


def _pair(one: int, other: int) -> Pair:
    return (min(one, other), max(one, other))
