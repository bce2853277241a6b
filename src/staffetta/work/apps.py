"""The room's place in Django, and the lanes and sweeps of the machinery itself."""

from django.apps import AppConfig
from django.core.signals import request_started
from django.tasks.signals import task_enqueued


class WorkConfig(AppConfig):
    name = "staffetta.work"
    label = "work"

    def ready(self) -> None:
        from staffetta.work import (
            engine,
            jobs,
            lanes,
            old_rows,
            orphan,
            prune,
            run_sweeps,
            schedule,
            set_aside,
            sweep,
            wake,
        )
        from staffetta.work.backups import leftovers, scratch
        from staffetta.work.database import among, connection, stored_text

        among.register()
        orphan.stop_with_parent()
        request_started.connect(connection.renew_if_stuck, dispatch_uid="connection")
        task_enqueued.connect(wake.on_enqueued, dispatch_uid="wake")
        if engine.in_database():
            lanes.register(lanes.Lane("jobs", jobs.run_one, every=1.0, threads=jobs.THREADS))
            sweep.register("lost jobs", 10, jobs.rescue)
        sweep.register("stored text", stored_text.EVERY, stored_text.clean_piece)
        leftovers.register("scratch folders", scratch.remove_stale)
        sweep.register("leftovers", leftovers.EVERY, leftovers.remove)
        sweep.register("vanished items", 600, set_aside.forget_vanished)
        lanes.register(lanes.Lane("sweep", run_sweeps.sweep_due, every=2.0))
        lanes.register(lanes.Lane("schedule", schedule.fire_due, every=schedule.LOOK_EVERY))
        prune.register("jobs", old_rows.finished_jobs)
        prune.register("beats", old_rows.silent_beats)
        prune.register("sessions", old_rows.old_sessions)
