"""Every page a person can see, in every state: shared by the walks (axe, widths, pseudo-language) and the screenshots.

`path` names things by the words of `furnish.PLACES`; `who` is the role that opens it; `state` the house it is opened in
(empty, full) or `error` when the full house answers with a refusal, whose status is `status`.
"""

from dataclasses import dataclass

ROLES = {"administrator": {"it": "anna", "en": "emma"}, "operator": {"it": "ottavio", "en": "oliver"},
         "viewer": {"it": "livia", "en": "leo"}, "nobody": {"it": "", "en": ""}}  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """One page in one state."""

    name: str
    path: str
    who: str = "administrator"
    state: str = "full"
    status: int = 200
    press: str = ""
    """A CSS selector of a submit button to press once the page is there: the page in error is its answer."""

    @property
    def house(self) -> str:
        return "empty" if self.state == "empty" else "full"


EMPTY = (
    Shown("login", "/login/", "nobody", "empty"),
    Shown("overview-empty", "/", state="empty"),
    Shown("channels-first", "/engage/channels/", state="empty"),
    Shown("channels-first-viewer", "/engage/channels/", "viewer", "empty"),
    Shown("contacts-empty", "/contacts/", state="empty"),
    Shown("imports-empty", "/contacts/imports/", state="empty"),
    Shown("lists-empty", "/contacts/lists/", state="empty"),
    Shown("blacklist-empty", "/contacts/blacklist/", state="empty"),
    Shown("opt-outs-empty", "/contacts/opt-outs/", state="empty"),
    Shown("communications-empty", "/communications/", state="empty"),
    Shown("communication-new-empty", "/communications/new/", state="empty"),
    Shown("transactional-empty", "/transactional-messages/", state="empty"),
    Shown("tokens-empty", "/tokens/", state="empty"),
    Shown("system-empty", "/system/", state="empty"),
)
CHANNELS = (
    Shown("channels", "/engage/channels/"),
    Shown("channels-viewer", "/engage/channels/", "viewer"),
    Shown("channel-connect", "/engage/channels/connect/"),
    Shown("channel-not-connected", "/engage/channels/{vetrina}/"),
    Shown("channel-home", "/engage/channels/{assistenza}/"),
    Shown("channel-home-telegram", "/engage/channels/{eventi}/"),
    Shown("channel-replace-key", "/engage/channels/{assistenza}/connect/"),
    Shown("channel-refused", "/engage/channels/{novita}/", state="error"),
    Shown("templates", "/engage/channels/{assistenza}/whatsapp/"),
    Shown("templates-chosen", "/engage/channels/{assistenza}/whatsapp/?template={template}"),
    Shown("templates-viewer", "/engage/channels/{assistenza}/whatsapp/", "viewer"),
    Shown("template-switch", "/engage/channels/{assistenza}/whatsapp/{template}/switch/"),
    Shown("templates-all-off", "/engage/channels/{assistenza}/whatsapp/all/off/"),
    Shown("template-enter", "/engage/channels/{assistenza}/whatsapp/enter/"),
    Shown("template-import", "/engage/channels/{assistenza}/whatsapp/import/"),
    Shown("customer-fields", "/engage/channels/{assistenza}/fields/"),
    Shown("syncs", "/engage/channels/{assistenza}/sync/"),
    Shown("syncs-empty", "/engage/channels/{eventi}/sync/"),
    Shown("sync-new", "/engage/channels/{assistenza}/sync/new/"),
    Shown("sync", "/engage/channels/{assistenza}/sync/{sync}/"),
    Shown("sync-viewer", "/engage/channels/{assistenza}/sync/{sync}/", "viewer"),
    Shown("sync-edit", "/engage/channels/{assistenza}/sync/{sync}/edit/"),
    Shown("sync-choices", "/engage/channels/{assistenza}/sync/{sync}/choices/"),
    Shown("sync-rehearsal", "/engage/channels/{assistenza}/sync/{sync}/runs/{rehearsal}/"),
    Shown("sync-run", "/engage/channels/{assistenza}/sync/{sync}/runs/{run}/"),
    Shown("sync-run-nobody", "/engage/channels/{assistenza}/sync/{sync}/runs/{run}/?outcome=skipped"),
    Shown("sync-undo", "/engage/channels/{assistenza}/sync/{sync}/runs/{run}/undo/"),
    Shown("sync-consent", "/engage/channels/{assistenza}/sync/{sync}/runs/{run}/consent/"),
    Shown("sync-conflicts", "/engage/channels/{assistenza}/sync/{sync}/conflicts/"),
    Shown("sync-rejects", "/engage/channels/{assistenza}/sync/{sync}/rejects/"),
    Shown("sync-correct", "/engage/channels/{assistenza}/sync/{sync}/rejects/{reject}/"),
    Shown("sync-delete", "/engage/channels/{assistenza}/sync/{sync}/delete/"),
    Shown("calls", "/engage/channels/{assistenza}/calls/"),
    Shown("call", "/engage/channels/{assistenza}/calls/{exchange}/"),
    Shown("disconnect", "/engage/channels/{eventi}/disconnect/"),
    Shown("reset", "/engage/channels/reset/"),
    Shown("guide-connect", "/engage/guides/connect-channels/"),
    Shown("guide-whatsapp", "/engage/guides/send-notifications/"),
)
CONTACTS = (
    Shown("contacts", "/contacts/"),
    Shown("contacts-nobody-found", "/contacts/?q=zzzz"),
    Shown("contacts-viewer", "/contacts/", "viewer"),
    Shown("contact", "/contacts/{contact}/"),
    Shown("contact-new", "/contacts/new/"),
    Shown("contact-edit", "/contacts/{contact}/edit/"),
    Shown("contact-delete", "/contacts/{contact}/delete/"),
    Shown("contact-fields", "/contacts/fields/"),
    Shown("contacts-duplicates", "/contacts/duplicates/"),
    Shown("contact-field-edit", "/contacts/fields/{field}/edit/"),
    Shown("contact-field-delete", "/contacts/fields/{field}/delete/"),
    Shown("contacts-merge", "/contacts/{contact}/merge/{other}/"),
    Shown("contacts-merged", "/contacts/merges/"),
    Shown("contacts-merge-undo", "/contacts/merges/{merge}/undo/"),
    Shown("contact-history", "/contacts/{contact}/history/"),
    Shown("contact-erase", "/contacts/{contact}/erase/"),
    Shown("contacts-erased", "/contacts/erasures/"),
    Shown("contacts-certificate", "/contacts/erasures/{erasure}/"),
    Shown("contacts-restriction-gone", "/contacts/?list=999999", "operator", "error", 404),
    Shown("lists", "/contacts/lists/"),
    Shown("list-delete", "/contacts/lists/{list}/delete/"),
    Shown("audience", "/contacts/audiences/{audience}/"),
    Shown("audience-viewer", "/contacts/audiences/{audience}/", "viewer"),
    Shown("audience-new", "/contacts/audiences/new/", "operator"),
    Shown("audience-edit", "/contacts/audiences/{audience}/edit/", "operator"),
    Shown("audience-wrong", "/contacts/audiences/new/", "operator", "error", press="#rules-form > div .btn-primary"),
    Shown("audience-broken", "/contacts/audiences/{broken}/", "operator", "error"),
    Shown("audience-delete", "/contacts/audiences/{audience}/delete/", "operator"),
    Shown("list-add", "/contacts/lists/add/"),
    Shown("blacklist", "/contacts/blacklist/"),
    Shown("blacklist-add", "/contacts/blacklist/new/"),
    Shown("blacklist-lift", "/contacts/blacklist/{suppressed}/lift/"),
    Shown("opt-outs", "/contacts/opt-outs/", "operator"),
    Shown("opt-outs-viewer", "/contacts/opt-outs/", "viewer"),
    Shown("opt-outs-decided", "/contacts/opt-outs/?show=decided"),
    Shown("opt-out-words", "/contacts/opt-outs/words/"),
    Shown("opt-out-words-tried", "/contacts/opt-outs/words/?try=Stop, grazie", "operator"),
    Shown("imports", "/contacts/imports/"),
    Shown("import-undo", "/contacts/imports/{import}/undo/"),
    Shown("import-upload", "/contacts/imports/new/"),
    Shown("import-columns", "/contacts/imports/{upload}/columns/"),
    Shown("import-preview", "/contacts/imports/{upload}/preview/"),
    Shown("import-consent", "/contacts/imports/{import}/consent/"),
    Shown("import-result", "/contacts/imports/{import}/"),
)
COMMUNICATIONS = (
    Shown("communications", "/communications/", "operator"),
    Shown("communication-new", "/communications/new/", "operator"),
    Shown("communication-draft", "/communications/{draft}/", "operator"),
    Shown("communication-left-out", "/communications/{draft}/left-out/no_opt_in/", "operator"),
    Shown("communication-left-out-nobody", "/communications/{draft}/left-out/no_address/", "viewer"),
    Shown("communication-edit", "/communications/{draft}/edit/", "operator"),
    Shown("communication-schedule", "/communications/{draft}/schedule/?expected=1700", "operator"),
    Shown("communication-scheduled", "/communications/{scheduled}/", "operator"),
    Shown("communication-closed", "/communications/{closed}/", "operator"),
    Shown("communication-hours", "/communications/{closed}/hours/", "operator"),
    Shown("communication-paused", "/communications/{paused}/", "operator"),
    Shown("communication-delete", "/communications/{draft}/delete/", "operator"),
    Shown("communication-held", "/communications/{held}/", "operator", "error"),
    Shown("report", "/communications/{sent}/", "operator"),
    Shown("report-viewer", "/communications/{sent}/", "viewer"),
    Shown("people", "/communications/{sent}/people/", "operator"),
    Shown("people-not-sent", "/communications/{sent}/people/?state=not_sent", "operator"),
    Shown("people-nobody", "/communications/{sent}/people/?state=cancelled", "operator"),
    Shown("people-uncertain", "/communications/{sent}/people/?state=uncertain", "operator"),
    Shown("settle-all", "/communications/{sent}/uncertain/", "operator"),
    Shown("stop", "/communications/{sent}/stop/", "operator"),
    Shown("message", "/messages/{message}/", "operator"),
    Shown("message-uncertain", "/messages/{uncertain}/", "operator", "error"),
    Shown("message-failed", "/messages/{failed}/", "operator", "error"),
    Shown("rules", "/messages/rules/", "operator"),
    Shown("paused", "/messages/paused/channel/{eventi}/", "operator", "error"),
    Shown("transactional", "/transactional-messages/", "operator"),
    Shown("transactional-new", "/transactional-messages/new/", "operator"),
    Shown("transactional-message", "/transactional-messages/{order}/", "operator"),
    Shown("transactional-edit", "/transactional-messages/{order}/edit/", "operator"),
    Shown("transactional-delete", "/transactional-messages/{order}/delete/", "operator"),
)
AROUND = (
    Shown("overview", "/"),
    Shown("overview-viewer", "/", "viewer"),
    Shown("users", "/users/"),
    Shown("user-new", "/users/new/"),
    Shown("user", "/users/{person}/"),
    Shown("user-password", "/users/{person}/password/"),
    Shown("user-deactivate", "/users/{person}/deactivate/"),
    Shown("profile", "/profile/"),
    Shown("password", "/profile/password/"),
    Shown("password-again", "/profile/confirm/?next=/users/"),
    Shown("sessions", "/profile/sessions/"),
    Shown("sessions-of-somebody", "/users/{person}/sessions/"),
    Shown("tokens", "/tokens/"),
    Shown("token-right", "/tokens/{token}/right/"),
    Shown("token-revoke", "/tokens/{token}/revoke/"),
    Shown("audit", "/audit/"),
    Shown("system", "/system/"),
    Shown("set-aside", "/system/set-aside/"),
)
WRONG = (
    Shown("not-found", "/engage/channels/999999/", state="error", status=404),
    Shown("forbidden", "/users/", "viewer", "error", 403),
    Shown("login-wrong", "/login/", "nobody", "error", press="form:has([name=password]) [type=submit]"),
    Shown("key-missing", "/engage/channels/connect/", state="error", press="form:has([name=api_key]) [type=submit]"),
    Shown("contact-wrong", "/contacts/new/", state="error", press="main form.card [type=submit]"),
    Shown("communication-wrong", "/communications/new/", "operator", "error", press="#compose .btn-primary"),
    Shown("transactional-wrong", "/transactional-messages/new/", "operator", "error", press="#compose .btn-primary"),
    Shown("user-wrong", "/users/new/", state="error", press="main form [type=submit]"),
    Shown(
        "opt-out-word-wrong", "/contacts/opt-outs/words/", state="error", press="form[method=post].card [type=submit]"
    ),
    Shown("upload-wrong", "/contacts/imports/new/", state="error", press="main form [type=submit]"),
)
PAGES = (*EMPTY, *CHANNELS, *CONTACTS, *COMMUNICATIONS, *AROUND, *WRONG)
