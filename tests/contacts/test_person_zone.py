"""Which time zone a person lives in: by their contact, by their number, or by the installation."""

import pytest
from pytest_django import Settings

from staffetta.contacts.fields.person_zone import zone_of


@pytest.fixture(autouse=True)
def at_home(settings: Settings) -> None:
    settings.TIME_ZONE = "Europe/Rome"


@pytest.mark.parametrize(
    ("told", "phone", "zone"),
    [
        ("Asia/Tokyo", "+393331234567", "Asia/Tokyo"),
        ("Nowhere/Town", "+12125550123", "America/New_York"),
        ("", "+393331234567", "Europe/Rome"),
        ("", "+12125550123", "America/New_York"),
        ("", "+13105550123", "America/Los_Angeles"),
        ("", "+819012345678", "Asia/Tokyo"),
        ("", "+34612345678", "Europe/Madrid"),
        ("", "+525512345678", "America/Mexico_City"),
        ("", "", "Europe/Rome"),
        ("", "+88213300655", "Europe/Rome"),  # a satellite telephone
    ],
)
def test_the_contact_says_it_else_the_number_else_the_installation(told: str, phone: str, zone: str) -> None:
    assert zone_of(told, phone) == zone


def test_of_several_zones_the_installations_own_counts(settings: Settings) -> None:
    settings.TIME_ZONE = "America/Chicago"
    assert zone_of("", "+18005550123") == "America/Chicago"


def test_of_several_zones_the_middle_one_counts_so_that_nobody_is_far_from_it() -> None:
    """A number that tells no more than the United States: from Pago Pago to Guam and St John's."""
    assert zone_of("", "+18005550123") == zone_of("", "+18885550123") == "America/Cayman"
