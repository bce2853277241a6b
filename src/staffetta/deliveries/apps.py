"""The room's place in Django."""

from django.apps import AppConfig


class DeliveriesConfig(AppConfig):
    name = "staffetta.deliveries"
    label = "deliveries"

    def ready(self) -> None:
        from staffetta.communications import stop
        from staffetta.contacts import hanging
        from staffetta.contacts.consents import consent, suppression
        from staffetta.contacts.opt_outs import decide
        from staffetta.deliveries import clock_repair, deed_words, incident_words, tell_contacts
        from staffetta.deliveries.ledger import budget, note_sent
        from staffetta.deliveries.planning import after_restore, plan
        from staffetta.deliveries.sending import breaker, dispatch, look_up, start_due, sweep, watch
        from staffetta.work import clock_step, lanes
        from staffetta.work import sweep as sweeps
        from staffetta.work.backups import restored

        lanes.register(lanes.Lane("start", start_due.work, every=1.0))
        lanes.register(lanes.Lane("plan", plan.work, every=1.0))
        lanes.register(lanes.Lane("dispatch", dispatch.work, every=1.0, threads=dispatch.SIDE_BY_SIDE))
        lanes.register(lanes.Lane("watch", watch.work, every=1.0))
        lanes.register(lanes.Lane("look_up", look_up.work, every=1.0))
        lanes.register(lanes.Lane("note_sent", note_sent.work, every=note_sent.EVERY))
        sweeps.register("deliveries_in_flight", sweep.EVERY, sweep.in_flight)
        sweeps.register("resumed communications", breaker.EVERY, breaker.close_what_went_on)
        sweeps.register("daily budget", 60.0, budget.keep_in_step)
        clock_step.register_repair("messages", clock_repair.repair)
        restored.register(after_restore.hold_what_waits)
        stop.when_stopped(watch.cancel_at_once)
        hanging.accompany(hanging.Companion(tell_contacts.before_merge, tell_contacts.after_merge))
        hanging.register_eraser(tell_contacts.erase)
        consent.when_withdrawn(tell_contacts.withdrawn)
        suppression.when_suppressed(tell_contacts.withdrawn)
        decide.when_found(tell_contacts.withdrawn)
        deed_words.register()
        incident_words.register()
