"""The room's place in Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ChannelsConfig(AppConfig):
    name = "staffetta.channels"
    label = "channels"

    def ready(self) -> None:
        from staffetta.channels import deed_words, incident_words
        from staffetta.channels.calls import recorder
        from staffetta.channels.refreshing import sweep
        from staffetta.text import value
        from staffetta.ui import menu
        from staffetta.work import prune
        from staffetta.work import sweep as sweeps
        from staffetta.work.database import stored_text

        stored_text.register("channels.Channel", {"name": value, "number": value})
        stored_text.register("channels.CustomerField", {"label": value, "choices": stored_text.in_json})
        menu.register(
            menu.MenuEntry(
                label=_("Channel list"),
                url_name="channels:list",
                icon="plug-connected",
                order=10,
                section="management",
                parent="Sinch Engage",
            )
        )
        incident_words.register()
        deed_words.register()
        sweeps.register("stuck refreshes", 20, sweep.stuck_refreshes)
        sweeps.register("due refreshes", 60, sweep.due_refreshes)
        prune.register("API calls", recorder.prune)
