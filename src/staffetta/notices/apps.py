"""The room's place in Django."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "staffetta.notices"
    label = "notices"

    def ready(self) -> None:
        from staffetta.notices import clock_incident, mail, on_pages, set_aside_incident
        from staffetta.ui import banners
        from staffetta.work.lanes import Lane, register

        banners.register(on_pages.banners)
        set_aside_incident.register()
        clock_incident.register()
        register(Lane("notices", mail.work, every=5.0))
