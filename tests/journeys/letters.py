"""A mail server for journeys."""

import email
from email import policy

from tests.wire import Talk


class Letters:
    """What a mail server took, as messages."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []

    def talk(self, talk: Talk) -> None:
        """Speak just enough SMTP."""
        talk.write(b"220 ready\r\n")
        lines = talk.socket.makefile("rb")
        for line in lines:
            verb = line[:4].upper()
            if verb == b"DATA":
                talk.write(b"354 go on\r\n")
                self.taken.append(b"".join(iter(lines.readline, b".\r\n")))
            talk.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 OK\r\n")

    def to(self, name: str) -> str:
        """Return the text of the letter to somebody, subject included; "" while there is none."""
        for raw in self.taken:
            letter = email.message_from_bytes(raw, policy=policy.default)
            if name in str(letter["To"]):
                body = letter.get_body()
                return f"{letter['Subject']}\n{body.get_content() if body else ''}"
        return ""
