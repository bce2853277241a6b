"""WhatsApp templates in Meta's form: normalising components and telling what a send must carry.

Source of every rule: the messaging rules, sections 1.1 to 1.3 (components, parameters, language codes).
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from staffetta.connectors.messages import UNSUPPORTED_PARTS, TemplateVariable, VariableKind

DOUBLE = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
SINGLE = re.compile(r"(?<!\{)\{\s*(\d{1,3})\s*\}(?!\})")

LONGEST_ADDRESS = 2000
"""Characters of a button's address, filled (messaging-rules 1.1)."""
LONGEST_TEXT = {"HEADER": 60, "BODY": 1024, "FOOTER": 60}
"""Characters of each text, filled (messaging-rules 1.1)."""
HEADER_MEDIA = {"IMAGE": VariableKind.IMAGE, "VIDEO": VariableKind.VIDEO, "DOCUMENT": VariableKind.DOCUMENT}
PLAIN_BUTTONS = frozenset({"QUICK_REPLY", "PHONE_NUMBER"})  # nothing is given for them when sending
REFUSED_BUTTONS = {
    "COPY_CODE": "copy_code",
    "OTP": "otp",
    "FLOW": "flow",
    "CATALOG": "catalog",
    "MPM": "catalog",
    "SPM": "catalog",
}
REFUSED_COMPONENTS = {"CAROUSEL": "carousel", "LIMITED_TIME_OFFER": "limited_time_offer"}

type Component = Mapping[str, object]


def language_code(raw: str) -> str:
    """Return a language code as WhatsApp writes it, `ll` or `ll_CC`: ``en-US`` and ``EN_US`` become ``en_US``."""
    parts = [part for part in re.split(r"[-_]", raw.strip()) if part]
    if not parts:
        return ""
    return "_".join([parts[0].lower(), *(part.upper() if len(part) < 4 else part.title() for part in parts[1:])])


def placeholders(text: str) -> list[str]:
    """Return the placeholders of a text, each once: ``{{n}}`` or, where none of those occurs, ``{n}``.

    Numbers come in their order and without leading zeros, then names as they stand.
    """
    found = [name for name in DOUBLE.findall(text) if name] or SINGLE.findall(text)
    numbers = sorted({int(name) for name in found if is_number(name)})
    return [str(number) for number in numbers] + list(dict.fromkeys(name for name in found if not is_number(name)))


def is_number(name: str) -> bool:
    """Say whether a placeholder is a numbered one (Meta allows about a hundred)."""
    return name.isdecimal() and len(name) < 5


def normalised(component: Mapping[str, object], kind: str = "") -> dict[str, object]:
    """Return a component with `type`, `format` and its buttons' types in upper case, everything else as it is."""
    result = {str(name): value for name, value in component.items()}
    result["type"] = _upper(component.get("type")) or kind.upper()
    if result["type"] == "BUTTON":
        result["type"] = "BUTTONS"
    if result["type"] == "HEADER":
        result["format"] = _upper(component.get("format")) or "TEXT"
    buttons = component.get("buttons")
    if result["type"] == "BUTTONS":
        result["buttons"] = [button for item in _listed(buttons) for button in _button(item)]
    return result


def flat_components(
    header_type: str, header: str, body: str, footer: str, buttons: object = ()
) -> list[dict[str, object]]:
    """Return Meta's form of a template given by its parts. `header` is the text, or an example's address for media."""
    components: list[dict[str, object]] = []
    kind = header_type.strip().upper()
    if kind in ("", "NONE") and header:
        kind = "TEXT"
    if kind not in ("", "NONE"):
        part: dict[str, object] = {"type": "HEADER", "format": kind}
        if kind == "TEXT":
            part["text"] = header
        elif header:
            part["example"] = {"header_handle": [header]}
        components.append(part)
    if body:
        components.append({"type": "BODY", "text": body})
    if footer:
        components.append({"type": "FOOTER", "text": footer})
    listed = [button for item in _listed(buttons) for button in _button(item)]
    if listed:
        components.append({"type": "BUTTONS", "buttons": listed})
    return components


def read_components(components: Iterable[Component], category: str = "") -> tuple[tuple[TemplateVariable, ...], str]:
    """Return the values a send must carry, in the order header, body, button, and the unsupported part or ``""``.

    Of several unsupported parts the first of `UNSUPPORTED_PARTS` is told. Rules that WhatsApp judges only when a
    template is made (a variable at the end of the body, samples) are not judged: it has approved what is listed.
    """
    listed = list(components)
    header: list[TemplateVariable] = []
    body: list[TemplateVariable] = []
    button: list[TemplateVariable] = []
    problems: set[str] = set()
    has_body = False
    for component in listed:
        kind = component.get("type")
        _judge_text(component, problems)
        if kind == "HEADER":
            header += _header(component, problems)
        elif kind == "BODY":
            body += _body(component, problems)
            has_body = has_body or bool(_text(component))
        elif kind == "BUTTONS":
            button += _buttons(component, problems)
        elif kind == "FOOTER":
            problems.update({"footer_variables"} if placeholders(_text(component)) else ())
        else:
            problems.add(REFUSED_COMPONENTS.get(str(kind), "unknown_component"))
    if not has_body:
        problems.add("no_body")
    kinds = [component.get("type") for component in listed]
    if any(kinds.count(kind) > 1 for kind in LONGEST_TEXT):
        problems.add("doubled_part")
    if category.upper() == "AUTHENTICATION" and any(variable.kind in HEADER_MEDIA.values() for variable in header):
        problems.add("authentication_media")
    unsupported = next((part for part in UNSUPPORTED_PARTS if part in problems), "")
    return (*header, *body, *button), unsupported


def _header(component: Component, problems: set[str]) -> list[TemplateVariable]:
    form = str(component.get("format"))
    if form in HEADER_MEDIA:
        return [TemplateVariable("header", "header", HEADER_MEDIA[form], _example(component, "header_handle", 0))]
    if form != "TEXT":
        problems.add("location_header" if form == "LOCATION" else "unknown_header")
        return []
    names = _judged(_text(component), problems)
    if len(names) > 1:
        problems.add("header_variables")
    return [TemplateVariable("header", "header", VariableKind.TEXT, _example(component, "header_text", 0))
            for _ in names[:1]]  # fmt: skip


def _body(component: Component, problems: set[str]) -> list[TemplateVariable]:
    names = _judged(_text(component), problems)
    return [TemplateVariable(name, "body", VariableKind.TEXT, _example(component, "body_text", place))
            for place, name in enumerate(names)]  # fmt: skip


def _buttons(component: Component, problems: set[str]) -> list[TemplateVariable]:
    variables = []
    for button in _listed(component.get("buttons")):
        kind = str(button.get("type")) if isinstance(button, Mapping) else ""
        if kind == "URL" and isinstance(button, Mapping):
            address = str(button.get("url") or "")
            if _address(address, problems):
                variables.append(TemplateVariable("button", "button", VariableKind.URL, _example(button, "", 0)))
        elif kind not in PLAIN_BUTTONS:
            problems.add(REFUSED_BUTTONS.get(kind, "unknown_button"))
    if len(variables) > 1:
        problems.add("several_button_variables")
    return variables[:1]


def _judge_text(component: Component, problems: set[str]) -> None:
    """Refuse a text that leaves its values no room: each variable takes a character at least."""
    text = _text(component)
    longest = LONGEST_TEXT.get(str(component.get("type")))
    if longest and len(without_placeholders(text)) + len(placeholders(text)) > longest:
        problems.add("text_too_long")


def without_placeholders(text: str) -> str:
    """Return the fixed part of a text."""
    return SINGLE.sub("", DOUBLE.sub("", text))


def _judged(text: str, problems: set[str]) -> list[str]:
    """Return the placeholders of a part. Values go out in a row: a number left out would shift those behind it."""
    names = placeholders(text)
    if not all(is_number(name) for name in names):
        problems.add("named_variables")
    elif names != [str(number) for number in range(1, len(names) + 1)]:
        problems.add("placeholder_gap")
    return names


def _address(address: str, problems: set[str]) -> list[str]:
    """Return the placeholders of a button's address: one at most, at its very end (messaging-rules 1.1)."""
    names = _judged(address, problems)
    if len(names) > 1:
        problems.add("several_button_variables")
    elif names and max(found.end() for found in (*DOUBLE.finditer(address), *SINGLE.finditer(address))) < len(
        address.rstrip()
    ):
        problems.add("variable_inside_address")
    if len(without_placeholders(address)) > LONGEST_ADDRESS - bool(names):
        problems.add("address_too_long")
    return names


def _example(component: Component, name: str, place: int) -> str:
    """Return the sample at `place`: `example` may be an object of lists, of lists of lists, or a list."""
    value = component.get("example")
    if isinstance(value, Mapping):
        value = value.get(name)
    while isinstance(value, Sequence) and not isinstance(value, str) and value and isinstance(value[0], list):
        value = value[0]
    if isinstance(value, Sequence) and not isinstance(value, str):
        value = value[place] if place < len(value) else ""
    return value if isinstance(value, str) else ""


def _button(item: object) -> list[dict[str, object]]:
    if isinstance(item, str) and item.strip():
        return [{"type": "QUICK_REPLY", "text": item.strip()}]
    if not isinstance(item, Mapping):
        return []
    button = {str(name): value for name, value in item.items()}
    button["type"] = _upper(item.get("type")) or ("URL" if item.get("url") else "QUICK_REPLY")
    return [button]


def _listed(value: object) -> Sequence[object]:
    if isinstance(value, Mapping):
        return [value] if "type" in value else list(value.values())
    return value if isinstance(value, Sequence) and not isinstance(value, str) else ()


def _text(component: Component) -> str:
    value = component.get("text")
    return value if isinstance(value, str) else ""


def _upper(value: object) -> str:
    return value.strip().upper().replace("-", "_").replace(" ", "_") if isinstance(value, str) else ""
