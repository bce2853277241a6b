"""The room's place in Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ApiConfig(AppConfig):
    name = "staffetta.api"
    label = "api"

    def ready(self) -> None:
        from staffetta.accounts import wording as deeds
        from staffetta.api import idempotency, log_call
        from staffetta.work import sweep

        deeds.register(
            {"opted_in_again": _("A call of the API opted in again")},
            {"token": _("token"), "opted_out_since": _("opted out since")},
        )
        sweep.register("idempotency keys", 3600, idempotency.prune)
        sweep.register("call log", 3600, log_call.prune)
