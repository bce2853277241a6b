"""Look at the header's file again when a start is prepared: what was there at the draft may be gone by now."""

from staffetta.communications.check_media import check_media, refused
from staffetta.communications.hold import Trouble
from staffetta.communications.models import Communication
from staffetta.communications.start import MEDIA_KINDS


def header_file_trouble(communication: Communication) -> Trouble:
    """Return HEADER_FILE when the file cannot be fetched as it was; what the look told is kept with the communication.

    A doubtful problem that a person has seen before, at the draft or when this held it, holds nothing again: it may be
    ours alone. What WhatsApp would certainly not take is held each time.
    """
    variables = communication.variant.variables if communication.variant else []
    kind = next((row["kind"] for row in variables if row.get("kind") in MEDIA_KINDS), "")
    if not kind or not communication.header_media:
        return Trouble.NONE
    check, seen = check_media(communication.header_media, kind), communication.media_check.get("problem", "")
    Communication.objects.filter(pk=communication.pk).update(media_check=check)
    return Trouble.HEADER_FILE if refused(check) or check["problem"] not in ("", seen) else Trouble.NONE
