"""Every page in Italian, light and dark, on a phone and a wide screen.

In English: test_pages_english.py, a module of its own, so that both go side by side.
"""

import pytest

from tests.journeys.every_page import is_for_everybody
from tests.journeys.pages import PAGES, Shown

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("shown", PAGES, ids=lambda shown: shown.name)
def test_a_page_is_for_everybody_and_fits_every_screen(shown: Shown, request: pytest.FixtureRequest) -> None:
    is_for_everybody(request.getfixturevalue(shown.house), shown, "it")
