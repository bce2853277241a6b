"""The room's place in Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    name = "staffetta.reports"
    label = "reports"

    def ready(self) -> None:
        from staffetta.reports import incident_words
        from staffetta.ui.menu import MenuEntry, register

        incident_words.register()

        register(MenuEntry(_("Overview"), "reports:overview", "home", 10))
        register(
            MenuEntry(
                _("System status"),
                "reports:system",
                "activity-heartbeat",
                50,
                section="management",
                operators_only=True,
            )
        )
