"""Every column that holds text, and what fills it. The hunt (test_text_hunt.py) fails for a column that is not here.

A column names the entrances through which people's text reaches it, and those that let only known values through; one
that is filled by ourselves says why no foreign text can be in it as it came.
"""

from collections.abc import Mapping

from tests.text.column import (
    Column,
    Form,
    codes,
    copied,
    digests,
    entrances,
    exact,
    identity,
    judged,
    ours,
    secret,
    shown,
    value,
)  # fmt: skip

WORK = {
    "work.Lease": ours("names of leases and of workers", "name holder"),
    "work.LaneBeat": {
        **ours("names of lanes and of workers", "lane worker"),
        **ours("the words of an exception, cleaned in work/loop.py", "problem"),
    },
    "work.SetAside": {
        "subject": shown("provider"),
        "name": shown("provider"),
        **codes("lane platform reason"),
        **ours("cleaned in work/set_aside.py; digits of a person's address", "address"),
        **ours("the place in the source where an item failed", "detail"),
    },
    "work.Meter": ours("names of measures", "name labels"),
    "work.MadeBackup": ours("names of files and machines, as the operator chose them", "file host"),
    "work.StoredText": ours("the label of a model", "model"),
}
ACCOUNTS = {
    "accounts.User": {
        "username": identity("page command"),
        "full_name": value("page"),
        "email": judged("page command"),
        "role": judged("page command"),
        "language": judged("page"),
        "password": secret("hashed as it was typed"),
    },
    "accounts.Session": ours(
        "random, and what is signed: numbers of rows, times and hashes", "session_key session_data"
    ),
    "accounts.SetupLink": digests("digest"),
    "accounts.LoginFailure": {"subject": judged("page")},
    "accounts.AccessToken": {
        "name": value("page command"),
        **digests("digest"),
        "only_messages": judged("page command"),
        **ours("of the token we made", "last_four"),
    },
    "accounts.AuditEntry": {
        "actor_name": shown("page"),
        "target_name": shown("page command file provider"),
        "details": shown("file"),
        **codes("deed"),
        **ours("the label and the number of a row", "target"),
    },
}
NOTICES = {
    "notices.Incident": {
        "subject_name": shown("provider"),
        "detail": shown("provider"),
        **codes("kind cause"),
        **ours("numbers of rows", "subject"),
    },
    "notices.Mail": ours("the mail server's words, cleaned in notices/mail.py", "problem"),
}
CHANNELS = {
    "channels.Channel": {
        "name": shown("provider"),
        "number": shown("provider"),
        "platform": judged("page"),
        "platform_raw": shown("provider"),
        "provider_id": Column(Form.EXACT, judges=entrances("command provider")),
        "sealed_key": secret("sealed as it was typed, without blanks around it"),
        **codes("provider state problem"),
        **digests("key_digest"),
        **ours("of a key that was recognised", "key_last_four"),
        **ours("what a probe of the account found: names of paths", "profile"),
    },
    "channels.Template": {"name": exact("provider", "page file")},
    "channels.TemplateVariant": {
        "language": judged("page file provider"),
        "language_raw": Column(Form.EXACT, judges=entrances("page file provider")),
        "status": judged("provider"),
        "category": shown("provider", "page file"),
        "quality": shown("provider"),
        "components": shown("page file provider"),
        "body": shown("page file provider"),
        "variables": shown("provider"),
        "raw": shown("page file provider"),
        **codes("unsupported"),
        **digests("fingerprint"),
    },
    "channels.CustomerField": {
        "name": exact("provider"),
        "label": shown("provider"),
        "type_raw": shown("provider"),
        "choices": shown("provider"),
        **codes("type"),
    },
    "channels.Refresh": {
        "problem_detail": shown("provider"),
        "result": exact("provider"),
        **codes("state step problem"),
    },
    "channels.Exchange": {
        "response_body": shown("provider"),
        **codes("operation method error"),
        **ours("our own request: addresses of the profile, values that are clean", "url request_body"),
    },
}
PEOPLE = {
    "contacts.Contact": {
        "first_name": value("page file provider"),
        "last_name": value("page file provider"),
        "phone_raw": value("page api file provider"),
        "phone": identity("page api file provider"),
        "whatsapp_id": Column(Form.IDENTITY, ours="the id under which a number is known, digits only"),
        "telegram_id": identity("page file", "provider"),
        "language": value("page file provider"),
        "time_zone": judged("page file provider"),
        "external_id": identity("page file provider"),
        "values": value("page file provider"),
        "search": value("page api file provider"),
    },
    "contacts.ContactField": {
        "name": identity("page file"),
        "label": value("page file"),
        "label_en": value("page"),
        "help": value("page"),
        "choices": value("page"),
        "type": judged("page"),
    },
    "contacts.ContactList": {"name": value("page")},
    "contacts.ListMember": ours("what put somebody in, by its number", "source"),
    "contacts.AudienceRules": {"name": value("page command"), "rules": shown("page file")},
    "contacts.ContactChange": {"changes": shown("page"), "by_name": shown("page"), **codes("source")},
    "contacts.ContactActivity": copied("platform channel"),
    "contacts.FormerAddress": copied("platform address"),
    "contacts.Twin": {**codes("reason"), **copied("dismissed_by_name")},
    "contacts.Merge": {
        "lost_name": shown("page"),
        "lost": shown("page"),
        "before": shown("page"),
        "after": shown("page"),
        "by_name": shown("page"),
        **copied("moved left held states suppressed undone_by_name"),
        **codes("undone"),
    },
    "contacts.Erasure": {
        "reason": shown("page command"),
        "by_name": shown("page"),
        **ours("numbers with all but their ends hidden", "masked"),
        **ours("counts by the label of a model", "deleted emptied kept searched"),
        **ours("names of files and machines, as the operator chose them", "backups"),
    },
}
CONSENTS = {
    "contacts.Consent": {
        "wording": shown("page api"),
        "by_name": shown("page"),
        "value": judged("page"),
        **codes("platform purpose source"),
    },
    "contacts.ConsentState": {"value": judged("page"), **codes("platform purpose source")},
    "contacts.Suppression": {
        "note": shown("page command"),
        "by_name": shown("page"),
        "platform": judged("page command"),
        **codes("cause"),
        **digests("address_digest"),
        **ours("a number with all but its ends hidden", "masked"),
    },
    "contacts.PossibleOptOut": {
        "text": shown("provider"),
        "alike": shown("provider"),
        "by_name": shown("page"),
        "decision": judged("page command"),
        **codes("platform"),
        **copied("channel_name"),
        **digests("key"),
    },
    "contacts.OptOutWord": {
        "text": value("page command provider"),
        "folded": value("page command provider"),
        "by_name": shown("page"),
        "outcome": judged("page command"),
    },
    "contacts.ImportConsent": {
        "source_text": shown("page"),
        "wording": shown("page"),
        "purpose": judged("page"),
        **codes("platform"),
    },
    "sync.SyncConsent": {
        "source_text": shown("page"),
        "wording": shown("page"),
        "purpose": judged("page"),
        **codes("platform"),
    },
}
IMPORTS = {
    "contacts.Import": {
        "name": value("command file"),
        "columns": value("file"),
        "mapping": shown("file", "page"),
        "modes": judged("page"),
        "phone_mode": judged("page"),
        "phone_prefix": judged("page command"),
        "delimiter": judged("page command"),
        "consent_column": shown("file", "page"),
        "consent_wording": shown("page command"),
        **codes("state encoding consents reasons undone problem"),
        **ours("a random name", "file workbook"),
        **ours("the number of a line", "problem_detail"),
        **ours("codes, numbers of rows, cells and headings that text.value cleaned", "reading"),
    },
    "contacts.SavedMapping": {
        "name": value("page"),
        "mapping": shown("file"),
        **copied("modes phone_mode phone_prefix"),
    },
    "contacts.ImportedContact": {**codes("outcome"), **copied("before")},
    "contacts.ImportReject": {"cells": shown("file"), "column": shown("file"), **codes("reason")},
    "contacts.ImportRefusal": ours("addresses that were understood, while an import runs", "key"),
}
SYNC = {
    "sync.OwnState": {**codes("state"), **copied("channel customer_id")},
    "sync.SyncConfiguration": {
        "name": value("page"),
        **dict.fromkeys(
            ("direction", "key_customer", "key_contact", "stopped_means", "blocked_means", "state_rules", "every"),
            judged("page"),
        ),
        "time_zone": judged("page"),
    },
    "sync.SyncMapping": {
        "fixed": value("page"),
        **dict.fromkeys(("kind", "customer_field", "contact_field", "mode"), judged("page")),
        **codes("type_seen"),
        **ours("choices of both sides that are there", "pairs"),
    },
    "sync.SyncRun": {
        "place": exact("provider"),
        "problem_detail": shown("provider"),
        **codes("state problem undo_state"),
    },
    "sync.SyncRow": {
        "customer_id": exact("provider"),
        "name": shown("page provider"),
        "changes": shown("page provider"),
        "customer": exact("provider"),
        **copied("conflicts field"),
        **codes("outcome reason undone"),
    },
    "sync.SyncMet": copied("customer_id key"),
    "sync.SyncLink": {"customer_id": exact("provider"), "last": shown("page provider")},
    "sync.SyncWrite": {
        "customer_id": exact("provider"),
        **codes("deed state problem"),
        **copied("name fields last"),
        **ours("cleaned in connectors/errors.py", "problem_detail"),
    },
    "sync.SyncDecision": codes("side"),
}
CONTENT = {
    **dict.fromkeys(("platform", "channel_provider_id", "template_name", "template_language"), judged("page")),
    "header_media": judged("page"),
    **copied("channel_name accepted_contract"),
    **codes("held_reason"),
    **digests("accepted_fingerprint"),
    **ours("what the header's file was found to be", "media_check"),
}
MESSAGES = {
    "communications.Communication": {
        **CONTENT,
        "name": value("page command"),
        "mapping": shown("page command"),
        "audience_kind": judged("page"),
        "hours": judged("page command"),
        "start_zone": judged("page command"),
        **copied("audience_name audience_frozen"),
        **codes("state problem"),
        **ours("names of time zones", "zones"),
    },
    "communications.TransactionalMessage": {
        **CONTENT,
        "name": judged("page"),
        "parameters": judged("page"),
        "mapping": shown("page"),
    },
    "deliveries.Delivery": {
        "contact_name": shown("page provider"),
        "address": shown("api provider"),
        "parameters": shown("page api"),
        "provider_code": shown("provider"),
        "provider_reason": shown("provider"),
        "provider_message_id": shown("provider"),
        **codes("kind state reason settled_by"),
        **copied("channel_provider_id template_name template_language category zone"),
        **digests("fingerprint"),
    },
    "deliveries.Attempt": {
        "provider_code": shown("provider"),
        "provider_reason": shown("provider"),
        **codes("outcome"),
        **ours("the name of a worker", "worker"),
    },
    "deliveries.DeliveryCount": codes("state reason"),
    "deliveries.AttemptCount": codes("outcome"),
    "deliveries.Breaker": {**codes("kind cause"), **ours("counts", "before")},
    "deliveries.Budget": ours("counts", "hours"),
    "deliveries.Idempotency": {
        "key": shown("api", "api"),
        **copied("endpoint"),
        **digests("body_digest"),
        **ours("our own answer: an id and a state", "answer"),
    },
    "api.ApiCall": {
        "path": shown("api"),
        "pointers": shown("api"),
        "method": judged("api"),
        **codes("code"),
        **copied("token_name"),
    },
}
EVENTS = {
    "events.ProviderEvent": {
        "payload": shown("provider"),
        **codes("kind"),
        **digests("key"),
        "address": identity("provider"),
    },
    "events.StopProof": {"number": judged("page command"), **codes("broken"), **copied("detail")},
    "events.ReadMark": {
        "open": exact("provider"),
        **codes("problem absent customers_problem"),
        **ours("offsets of pages", "round_place"),
    },
    "events.StartKnowledge": codes("lookup source"),
}
COLUMNS: Mapping[str, Mapping[str, Column]] = {
    **WORK, **ACCOUNTS, **NOTICES, **CHANNELS, **PEOPLE, **CONSENTS, **IMPORTS, **SYNC, **MESSAGES, **EVENTS,
}  # fmt: skip
