"""What the settings say to each task engine, and what they refuse."""

import pytest

from staffetta.config import engines
from staffetta.config.environment import WrongSetting


def test_an_address_of_redis_is_taken_apart() -> None:
    queue = engines.rq("rediss://anna:se%2Fgreta@broker:6380/3", "x").rq_queues["default"]
    named = {name: queue[name] for name in ("HOST", "PORT", "DB", "USERNAME", "PASSWORD", "SSL")}
    assert named == {
        "HOST": "broker", "PORT": 6380, "DB": 3, "USERNAME": "anna", "PASSWORD": "se/greta", "SSL": True,
    }  # fmt: skip


@pytest.mark.parametrize("url", ["amqp://broker", "redis://broker/name", "broker:6379"])
def test_what_is_no_address_of_redis_is_refused(url: str) -> None:
    with pytest.raises(WrongSetting, match="redis://"):
        engines.rq(url, "x")


def test_what_is_no_address_of_rabbitmq_is_refused() -> None:
    with pytest.raises(WrongSetting, match="amqp://"):
        engines.celery("redis://broker", "x")


def test_two_installations_on_one_rabbitmq_have_queues_of_their_own() -> None:
    one, other = (engines.celery("", secret).celery["task_default_queue"] for secret in ("a", "b"))
    assert one != other
    assert one == engines.celery("amqp://elsewhere", "a").celery["task_default_queue"]


def test_an_engine_whose_packages_are_missing_says_how_to_get_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "find_spec", lambda _name: None)
    with pytest.raises(WrongSetting, match=r"pip install 'staffetta\[celery\]'"):
        engines.celery("", "x")
