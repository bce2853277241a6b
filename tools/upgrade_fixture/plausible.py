"""What rows of the fixture hold where a value made from the field's type alone would make no sense.

Nothing here is due: no row of these waits for a lane, so that only the story (story.py) goes on after the upgrade.
"""

from typing import Any

ROWS = 1000
FEWER = {"deliveries.SentNoted": 1, "deliveries.Budget": 1, "django_tasks_database.DBTaskResult": 300}
"""Tables that hold one row by their nature, or whose rows are long."""
WRITTEN_BY_DJANGO = ("contenttypes.ContentType", "auth.Permission")
"""Django writes these after each migration, from the models."""
FINISHED = ("done", "failed", "cancelled")
BODY = [{"type": "BODY", "text": "Ciao {{1}}, è pronto."}]
VARIABLES = [{"key": "1", "component": "body", "kind": "text", "example": "Maria"}]
FROM_NAME = {"1": {"source": "field:first_name", "fallback": "cliente"}}
TURIN = {"match": "all", "rules": [{"about": "field", "field": "citta", "is": "is", "value": "Torino"}]}
ROME = "Europe/Rome"


class Cycle:
    """One value after the other, by the row's number."""

    def __init__(self, *values: Any) -> None:
        self.values = values


VALUES: dict[str, dict[str, Any]] = {
    "work.LaneBeat": {"problem": ""},
    "work.Meter": {"labels": 'outcome="accepted"'},
    "accounts.AuditEntry": {"details": {"number": 3}},
    "accounts.AccessToken": {"revoked_at": None},
    "notices.Incident": {"closed_at": "moment"},
    "notices.Mail": {"sent_at": "moment", "given_up_at": None},
    "channels.Channel": {
        "provider": "engage", "state": Cycle("available", "gone"), "sealed_key": None, "key_digest": "", "profile": {},
        "platform": Cycle("whatsapp", "telegram", "viber"), "pace": None, "burst": None, "key_last_four": "",
    },
    "channels.TemplateVariant": {
        "language": Cycle("it", "en", "pt_BR"), "language_raw": Cycle("it", "en", "pt_BR"), "components": BODY,
        "variables": VARIABLES, "raw": {"name": "saluto"}, "status": Cycle("approved", "paused"), "unsupported": "",
    },
    "channels.CustomerField": {"type": Cycle("text", "choice"), "choices": ["sì", "no"]},
    "channels.Refresh": {"state": Cycle(*FINISHED), "step": "", "result": {}, "problem": ""},
    "channels.Exchange": {"method": "GET", "response_body": '{"result": []}'},
    "contacts.ContactField": {"type": "text", "choices": []},
    "contacts.Contact": {
        "phone": "+39347{n:07d}", "phone_raw": "347 {n:07d}", "whatsapp_id": "39347{n:07d}", "language": "it",
        "telegram_id": "55{n:06d}", "time_zone": Cycle("", ROME), "values": {"citta": "Forlì"},
        "first_name": "Nome{n}", "last_name": "Città{n}", "search": "nome{n} citta{n} 39347{n:07d}",
    },
    "contacts.AudienceRules": {"rules": TURIN},
    "contacts.Consent": {"platform": "whatsapp", "source": "import"},
    "contacts.ConsentState": {"platform": "whatsapp", "source": "import"},
    "contacts.Suppression": {"platform": "whatsapp"},
    "contacts.ContactActivity": {"platform": "whatsapp"},
    "contacts.Import": {
        "state": Cycle("done", "undone", "failed"), "columns": ["Telefono", "Nome"], "reasons": {"invalid_phone": 1},
        "mapping": {"Telefono": "phone", "Nome": "first_name"}, "modes": {}, "consents": {"yes": 1}, "undone": {},
        "encoding": "utf-8", "delimiter": ";", "consent_column": "", "problem": "", "file": "imports/saldi-{n}.csv",
    },
    "contacts.ImportedContact": {"outcome": Cycle("created", "updated"), "before": {"first_name": "Anna"}},
    "contacts.ImportReject": {"reason": "invalid_phone", "cells": ["347", "Zoë"]},
    "contacts.SavedMapping": {"mapping": {"Telefono": "phone"}, "modes": {}, "phone_mode": "strict"},
    "contacts.ImportConsent": {"purpose": "marketing", "platform": "whatsapp", "finished_at": "moment"},
    "contacts.TwinSearch": {"step": 6, "finished_at": "moment"},
    "contacts.Merge": {
        "lost": {"first_name": "Anna"}, "before": {"first_name": "Anna"}, "after": {"first_name": "Anna"}, "moved": {},
        "left": {}, "held": [], "states": {}, "suppressed": [], "undone": [],
    },
    "contacts.FormerAddress": {"platform": "whatsapp", "address": "+39348{n:07d}"},
    "contacts.ContactChange": {"source": "hand", "changes": {"first_name": ["Anna", "Zoë"]}},
    "contacts.Erasure": {"masked": ["+39•••••4567"], "deleted": {"contacts.contact": 1}, "emptied": {}, "kept": {}},
    "sync.SyncConfiguration": {
        "every": "never", "next_at": None, "state_rules": [], "key_customer": "id", "key_contact": "phone",
        "time_zone": ROME, "direction": "from_engage",
    },
    "sync.SyncMapping": {"kind": "field", "pairs": {"sì": "yes"}, "contact_field": "campo_{n}", "type_seen": "text"},
    "sync.SyncRun": {
        "state": Cycle(*FINISHED), "place": {}, "undo_state": "", "undo_before": None, "problem": "", "rows_from": 0,
    },
    "sync.SyncRow": {
        "outcome": Cycle("created", "updated", "rejected"), "changes": {"citta": ["", "Forlì"]}, "conflicts": {},
        "customer": {"id": "39347", "name": "Zoë"}, "closed_at": "moment", "undone": "", "reason": "",
    },
    "sync.SyncLink": {"last": {"citta": ["Forlì", "Forlì"]}},
    "sync.SyncWrite": {
        "deed": "fields", "fields": {"citta": "Forlì"}, "last": {}, "state": Cycle("done", "failed"), "problem": "",
    },
    "sync.SyncConsent": {"purpose": "marketing", "platform": "whatsapp", "finished_at": "moment"},
    "sync.SyncDecision": {"side": Cycle("here", "there"), "finished_at": "moment"},
    "communications.Communication": {
        "state": Cycle("draft", "done", "stopped"), "platform": "whatsapp", "mapping": FROM_NAME, "held_reason": "",
        "held_at": None, "accepted_contract": {}, "media_check": {}, "header_media": "", "audience_frozen": {},
        "audience_kind": "all", "start_at": None, "start_zone": "", "hours": "", "zones": [], "speed": None,
        "paced_to": None, "problem": "",
    },
    "communications.TransactionalMessage": {
        "platform": "whatsapp", "mapping": {"1": {"source": "value:ordine", "fallback": None}}, "held_reason": "",
        "held_at": None, "accepted_contract": {}, "media_check": {}, "header_media": "", "parameters": ["ordine"],
    },
    "deliveries.Delivery": {
        "kind": Cycle("communication", "transactional", "test"), "address": "39347{n:07d}", "zone": "",
        "state": Cycle("sent", "delivered", "read", "failed", "undelivered", "cancelled"), "expires_at": None,
        "parameters": {"body": ["Zoë"], "header": "", "header_media": "", "button": ""}, "sending_at": None,
    },
    "deliveries.Attempt": {"outcome": "accepted", "number": 1},
    "deliveries.DeliveryCount": {"state": Cycle("sent", "failed"), "number": 2},
    "deliveries.AttemptCount": {"number": 1},
    "deliveries.Breaker": {
        "kind": Cycle("channel", "template"), "subject": "number", "before": {}, "opened_at": None, "retry_at": None,
        "of_channel": 0, "failures": 1, "tried": 1, "openings": 0, "pace_level": 1.0, "slowed_at": None, "blocked": 0,
    },
    "deliveries.Budget": {"hours": {}, "resumes_at": None, "used": 0},
    "deliveries.SentNoted": {"delivery": 0},
    "deliveries.Idempotency": {"status": 202, "answer": {"id": "x", "state": "waiting"}},
    "events.ProviderEvent": {"kind": "reply", "payload": {"text": "Grazie è"}, "applied_at": "moment"},
    "events.ReadMark": {"problem": "", "problem_at": None},
    "api.ApiCall": {"method": "POST", "status": 422, "code": "value_missing", "pointers": ["/values/ordine"]},
    "django_tasks_database.DBTaskResult": {
        "status": Cycle("SUCCESSFUL", "FAILED"), "backend_name": "default", "queue_name": "default",
        "task_path": "staffetta.work.tasks.prune_old_rows", "args_kwargs": {"args": [], "kwargs": {}},
        "worker_ids": ["gone"], "return_value": {"jobs": 3}, "metadata": {}, "exception_class_path": "",
        "priority": 0, "traceback": "",
    },
    "sessions.Session": {"session_data": "e30:1x:y"},
}  # fmt: skip
"""By model and field. Text with {n} gets the row's number; "moment" and "number" are what they say."""
