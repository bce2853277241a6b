"""The room's place in Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CommunicationsConfig(AppConfig):
    name = "staffetta.communications"
    label = "communications"

    def ready(self) -> None:
        from staffetta.channels import blockers, holds
        from staffetta.channels.message_templates import usage
        from staffetta.communications import deed_words, tell_channels, tell_contacts
        from staffetta.contacts.audiences import audiences
        from staffetta.contacts.fields import field_uses
        from staffetta.text import storable_json, value
        from staffetta.ui.menu import MenuEntry, register
        from staffetta.work.database import stored_text

        stored_text.register("communications.Communication", {"name": value, "mapping": storable_json})
        stored_text.register("communications.TransactionalMessage", {"mapping": storable_json})

        register(MenuEntry(_("Communications"), "communications:list", "send", 20))
        register(MenuEntry(_("Transactional messages"), "communications:transactional_list", "bolt", 30))
        usage.register(tell_channels.of_templates, tell_channels.of_channel)
        blockers.register(tell_channels.in_the_way)
        holds.register(holds.Holder(tell_channels.count_held, tell_channels.hold_dependents))
        field_uses.register(tell_contacts.of_field)
        audiences.register(tell_contacts.of_audience)
        deed_words.register()
