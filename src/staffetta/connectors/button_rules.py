"""What WhatsApp demands of a template's buttons together (messaging-rules 1.1); judged where people type them.

A listed template was approved with its buttons: nothing of this is sent, and no message is refused for it.
"""

from collections import Counter
from collections.abc import Mapping

MOST_BUTTONS = 10
LONGEST_LABEL = 25
LONGEST_NUMBER = 20
MOST_OF_KIND = {"URL": 2, "PHONE_NUMBER": 1, "COPY_CODE": 1, "OTP": 1, "FLOW": 1, "CATALOG": 1, "MPM": 1, "SPM": 1}
CODES = (
    "too_many_buttons",
    "too_many_of_kind",
    "button_label_too_long",
    "button_number_too_long",
    "scattered_quick_replies",
)


def wrong_buttons(component: Mapping[str, object]) -> str:
    """Return the first rule that the buttons of a component break, a code of `CODES`, or ""."""
    listed = component.get("buttons")
    buttons = [button for button in listed if isinstance(button, Mapping)] if isinstance(listed, list) else []
    kinds = [str(button.get("type")) for button in buttons]
    counted = Counter(kinds)
    broken = {
        "too_many_buttons": len(buttons) > MOST_BUTTONS,
        "too_many_of_kind": any(counted[kind] > most for kind, most in MOST_OF_KIND.items()),
        "button_label_too_long": any(len(str(button.get("text") or "")) > LONGEST_LABEL for button in buttons),
        "button_number_too_long": any(
            len(str(button.get("phone_number") or "")) > LONGEST_NUMBER for button in buttons
        ),
        "scattered_quick_replies": _scattered(kinds),
    }
    return next((code for code in CODES if broken[code]), "")


def _scattered(kinds: list[str]) -> bool:
    """Quick replies stand together, all first or all last."""
    quick = [kind == "QUICK_REPLY" for kind in kinds]
    return quick not in (sorted(quick), sorted(quick, reverse=True))
