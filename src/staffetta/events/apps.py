"""The room's place in Django."""

from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "staffetta.events"
    label = "events"

    def ready(self) -> None:
        from staffetta.contacts import hanging
        from staffetta.deliveries import plan
        from staffetta.events import clock_repair, read_opt_outs, tell_contacts
        from staffetta.text import identity
        from staffetta.work import clock_step, lanes, stored_text

        stored_text.register("events.ProviderEvent", {"address": identity})

        hanging.register_eraser(tell_contacts.erase)
        clock_step.register_repair("opt-outs", clock_repair.repair)
        lanes.register(lanes.Lane("events", read_opt_outs.work, every=1.0, threads=2))
        plan.register_before_plan(read_opt_outs.known_for)
