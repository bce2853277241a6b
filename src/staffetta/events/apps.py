"""The room's place in Django."""

from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "staffetta.events"
    label = "events"

    def ready(self) -> None:
        from staffetta.deliveries import plan
        from staffetta.events import read_opt_outs
        from staffetta.work import lanes

        lanes.register(lanes.Lane("events", read_opt_outs.work, every=1.0, threads=2))
        plan.register_before_plan(read_opt_outs.known_for)
