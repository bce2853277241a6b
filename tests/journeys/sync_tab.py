"""What a person does in the tab *Sincronizzazione contatti* of a Channel home."""

import re
from collections.abc import Sequence

from playwright.sync_api import expect

from tests.journeys.browser import Visitor
from tests.journeys.channel_list import ChannelList

ENDED = re.compile("Completata|Parziale|Non riuscita")
COUNTED = re.compile(r"([\d.]+) ([a-z ]+?)(?: \+|$)")


class SyncTab:
    """The tab of one channel with one configuration."""

    def __init__(self, visitor: Visitor, channel: str, name: str) -> None:
        self.visitor, self._channel, self._name = visitor, channel, name

    def open(self) -> None:
        """Go to the tab through the list of channels."""
        channels = ChannelList(self.visitor)
        channels.home(self._channel)
        channels.tab("Sincronizzazione contatti")

    def configure(self, rows: Sequence[tuple[str, str, str]], **lists: str) -> None:
        """Make the configuration: rows of source, contact field and update mode, and other lists by label."""
        page = self.visitor.page
        self.open()
        self.visitor.button("Nuova configurazione").click()
        page.get_by_label("Nome", exact=True).fill(self._name)
        for label, choice in lists.items():
            page.locator(f"[name={label}]").select_option(label=choice)
        for place, (source, target, mode) in enumerate(rows):
            page.locator(f"[name=rows-{place}-source]").select_option(label=source)
            page.locator(f"[name=rows-{place}-target]").select_option(label=target)
            page.locator(f"[name=rows-{place}-mode]").select_option(label=mode)
        self.visitor.button("Salva").click()
        expect(page.get_by_role("heading", name=self._name)).to_be_visible()

    def show(self) -> None:
        """Go to the configuration through the tab."""
        self.open()
        self.visitor.page.get_by_role("main").get_by_role("link", name=self._name, exact=True).click()
        expect(self.visitor.page.get_by_role("heading", name="Esecuzioni")).to_be_visible()

    def press(self, button: str) -> dict[str, int]:
        """Ask for the preview or a run on the page as it is, and return the counters once it has ended."""
        self.visitor.button(button).click()
        return self.ended()

    def ended(self) -> dict[str, int]:
        """Wait until what is under way has ended, without reloading; return the counters, those that are not 0."""
        page = self.visitor.page
        expect(page.locator("#run-live")).to_contain_text(
            re.compile("Completata|Parziale|Non riuscita"), timeout=60_000
        )
        expect(page.locator("#run-live[hx-trigger]")).to_have_count(0, timeout=60_000)
        line = re.sub(r"\s+", " ", page.locator("#run-live .sumline").inner_text())
        total, _, parts = line.partition(" = ")
        counted = {word: int(number.replace(".", "")) for number, word in COUNTED.findall(parts)}
        assert sum(counted.values()) == int(total.replace(".", "")), line
        return {word: number for word, number in counted.items() if number}

    def undo(self) -> str:
        """Undo the run whose page this is; return what the page then says."""
        page = self.visitor.page
        self.visitor.button("Annulla questa esecuzione").click()
        self.visitor.button("Annulla questa esecuzione").click()
        expect(page.locator("#run-live")).to_contain_text("Annullata:", timeout=60_000)
        expect(page.locator("#run-live[hx-trigger]")).to_have_count(0, timeout=60_000)
        return self.visitor.text()
