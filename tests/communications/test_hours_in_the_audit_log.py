"""The audit log tells of a send window in the words of its reader's language."""

import pytest
from django.test import Client

from staffetta.accounts import audit
from staffetta.accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("language", "days"), [("it", "lun–ven"), ("en", "Mon–Fri")])
@pytest.mark.parametrize("kept", ["09:00-20:00/12345", "/12345", "–"])
def test_the_days_of_a_send_window_are_words(
    language: str, days: str, kept: str, administrator: User, as_administrator: Client
) -> None:
    User.objects.update(language=language)
    audit.record(administrator, "communication_hours_changed", None, hours=kept)
    page = as_administrator.get("/audit/").content.decode().lower()
    shown = {"09:00-20:00/12345": f"09:00–20:00, {days}", "/12345": days, "–": "–"}[kept]
    assert shown.lower() in page
    assert "12345" not in page
