"""The room's place in Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "staffetta.accounts"
    label = "accounts"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in

        from staffetta.accounts import password_again, wording
        from staffetta.text import identity, value
        from staffetta.ui import context
        from staffetta.ui.menu import MenuEntry, register
        from staffetta.work.database import stored_text

        user_logged_in.connect(password_again.note_login, dispatch_uid="password typed")
        stored_text.register("accounts.User", {"username": identity, "full_name": value})
        stored_text.register("accounts.AccessToken", {"name": value})

        wording.register(wording.OWN_DEEDS, wording.OWN_DETAILS, wording.OWN_READERS)
        context.PERSON_MENU[:] = ["accounts/_person_menu.html"]
        for order, url, icon, label in (
            (20, "accounts:users", "shield-lock", _("Users and roles")),
            (30, "accounts:tokens", "key", _("Access tokens")),
            (40, "accounts:audit", "history", _("Audit log")),
        ):
            register(MenuEntry(label, url, icon, order, section="management", administrators_only=True))
