"""The name of a browser, as its person would say it."""

BROWSERS = {
    "Edg": "Edge",
    "OPR": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "CriOS": "Chrome",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
"""By what their User-Agent holds; several hold the names of others, so the order counts."""
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "Mac OS X": "macOS",
    "Linux": "Linux",
}


def name(agent: str) -> str:
    """Return "Firefox · Windows" of a User-Agent, as much of it as is known."""
    found = (next((word for mark, word in known.items() if mark in agent), "") for known in (BROWSERS, SYSTEMS))
    return " · ".join(filter(None, found))
