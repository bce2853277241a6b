"""What the audit log says of this room's deeds."""

from django.utils.translation import gettext_lazy as _

from staffetta.accounts import wording

DEEDS = {
    "channel_connected": _("Connected the channel"),
    "channel_key_replaced": _("Replaced the API Key of the channel"),
    "channel_disconnected": _("Disconnected the channel"),
    "channels_refreshed": _("Refreshed the channels"),
    "channel_refreshed": _("Refreshed the channel"),
    "channel_platform_chosen": _("Chose the messaging platform of the channel"),
    "channel_pace_set": _("Set the pace of the channel"),
    "channel_sources_allowed": _("Decided how opt-outs of the channel may be known"),
    "channels_reset": _("Reset the channels"),
    "templates_on": _("Switched templates on of the channel"),
    "templates_off": _("Switched templates off of the channel"),
    "templates_entered": _("Entered templates by hand for the channel"),
}
DETAILS = {
    "templates": _("templates"),
    "channels": _("channels"),
    "channel": _("channel ID"),
    "platform": _("messaging platform"),
    "pace": _("messages a second"),
    "burst": _("messages at once"),
    "stopped_alone": _("from «stopped» alone"),
    "older_opt_outs": _("older readings allowed"),
    "key_last_four": _("key ending with"),
}


def register() -> None:
    """Make the words known to the audit log."""
    wording.register(DEEDS, DETAILS)
