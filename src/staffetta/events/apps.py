"""The room's place in Django."""

from django.apps import AppConfig
from django.db.models.signals import post_delete


class EventsConfig(AppConfig):
    name = "staffetta.events"
    label = "events"

    def ready(self) -> None:
        from staffetta.contacts import hanging
        from staffetta.deliveries.planning import plan
        from staffetta.events import clock_repair, know_start, proof_words, prove_stop, read_opt_outs, tell_contacts
        from staffetta.text import identity
        from staffetta.work import clock_step, lanes
        from staffetta.work.database import stored_text

        stored_text.register("events.ProviderEvent", {"address": identity})

        proof_words.register()
        post_delete.connect(prove_stop.number_removed, sender="events.StopProof", dispatch_uid="stop_proof")
        hanging.register_eraser(tell_contacts.erase)
        clock_step.register_repair("opt-outs", clock_repair.repair)
        lanes.register(lanes.Lane("events", read_opt_outs.work, every=lanes.LOST_CALL, threads=2))
        plan.register_before_plan(know_start.known_for)
