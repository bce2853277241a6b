"""The room's place in Django."""

from django.apps import AppConfig
from django.db import connections
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from staffetta.ui import menu
from staffetta.work import lanes


class ContactsConfig(AppConfig):
    name = "staffetta.contacts"
    label = "contacts"

    def ready(self) -> None:
        from staffetta.accounts import wording as deeds
        from staffetta.contacts import hanging, stored_text, wording
        from staffetta.contacts.audiences import audiences, rule_functions
        from staffetta.contacts.consents import consent
        from staffetta.contacts.erasure import erase_traces
        from staffetta.contacts.fields import field_uses
        from staffetta.contacts.files import unnamed_files
        from staffetta.contacts.imports import import_file, run_import
        from staffetta.contacts.merging import search_twins
        from staffetta.contacts.opt_outs import decide
        from staffetta.contacts.opt_outs.wording import kept_outcome_words
        from staffetta.work import sweep
        from staffetta.work.backups import leftovers

        menu.register(menu.MenuEntry(_("Contacts"), "contacts:list", "users", order=40))
        deeds.register(wording.DEEDS, wording.DEED_DETAILS, {"outcome": kept_outcome_words})
        lanes.register(lanes.Lane("import", run_import.work, every=lanes.LOST_CALL))
        hanging.register_eraser(erase_traces.erase_here)
        lanes.register(lanes.Lane("twins", search_twins.work, every=5.0))
        sweep.register("duplicate contacts", 3600, search_twins.daily)
        sweep.register("uploads nobody started", 3600, import_file.forget_abandoned)
        leftovers.register("files of imports", unnamed_files.remove_unnamed_files)
        field_uses.register(audiences.of_field)
        stored_text.register()
        consent.when_withdrawn(decide.settle)
        connection_created.connect(rule_functions.give)
        post_migrate.connect(_index_search, sender=self)


def _index_search(using: str, **_rest: object) -> None:
    from staffetta.contacts.storage import search_index

    search_index.ensure(connections[using])
