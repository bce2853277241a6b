"""The room's place in Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SyncConfig(AppConfig):
    name = "staffetta.sync"
    label = "sync"

    def ready(self) -> None:
        from staffetta.channels import holds, tabs
        from staffetta.channels.message_templates import usage
        from staffetta.contacts import hanging
        from staffetta.contacts.audiences import rule_world
        from staffetta.sync import clock_repair, run, tell_channels, tell_contacts, wording
        from staffetta.text import value
        from staffetta.work import clock_step, lanes
        from staffetta.work.database import stored_text

        stored_text.register("sync.SyncConfiguration", {"name": value})
        stored_text.register("sync.SyncMapping", {"fixed": value, "pairs": stored_text.in_json})
        stored_text.register("sync.SyncLink", {"last": stored_text.in_json})

        clock_step.register_repair("sync", clock_repair.repair)
        lanes.register(lanes.Lane("sync", run.work, every=2.0, threads=2))
        tabs.register(tabs.Tab("sync", _("Contact sync"), "sync:list", order=30))
        usage.register(tell_channels.of_templates, tell_channels.of_channel)
        holds.register(holds.Holder(tell_channels.count_held, tell_channels.forget))
        rule_world.register(tell_contacts.customers_of)
        hanging.register_eraser(tell_contacts.erase)
        wording.register()
