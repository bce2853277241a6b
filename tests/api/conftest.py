"""A caller with a token, and the transactional message of story C2."""

import pytest

from staffetta.accounts import tokens
from staffetta.channels.models import Channel
from staffetta.communications.models import TransactionalMessage
from tests.api.caller import Caller
from tests.communications import made


@pytest.fixture
def channel(db: None) -> Channel:
    return made.channel()


@pytest.fixture
def message(channel: Channel) -> TransactionalMessage:
    return made.order_confirmation(channel)


@pytest.fixture
def caller(db: None) -> Caller:
    return Caller(tokens.issue("negozio", None)[1])
