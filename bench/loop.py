"""The bare client loop: requests ready made, answers read, nothing kept. What the wire gives at most.

python -m bench.loop URL [--messages N] [--connections N] [--key KEY]
"""

import argparse
import asyncio
import json
import os
import resource
import time
from collections.abc import Iterator

from pyreqwest.client import Client, ClientBuilder


def body(key: str, number: int) -> bytes:
    """Return one send as Engage wants it; `number` makes the person."""
    return json.dumps(
        {
            "apikey": key,
            "id": f"39{3_330_000_000 + number}",
            "batch_ids": "",
            "user_filter": "",
            "notification_template": "saluto",
            "notification_body_variables": json.dumps([f"Nome {number}"]),
            "notification_header_media": "",
            "notification_header_variable": "",
            "notification_button_variable": "",
            "notification_language": "it",
        }
    ).encode()


async def measure(url: str, key: str, messages: int, connections: int) -> float:
    """Return the sends per second of so many workers that do nothing but send."""
    numbers = iter(range(messages))
    async with ClientBuilder().build() as client:
        began = time.perf_counter()
        await asyncio.gather(
            *(_send(client, f"{url}/api/v16/chat/notification", key, numbers) for _ in range(connections))
        )
        return messages / (time.perf_counter() - began)


async def _send(client: Client, url: str, key: str, numbers: Iterator[int]) -> None:
    for number in numbers:
        answer = await client.post(f"{url}/api/v16/chat/notification").body_bytes(body(key, number)).build().send()
        await answer.bytes()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--connections", type=int, default=100)
    parser.add_argument("--key", default="")
    asked = parser.parse_args()
    rate = asyncio.run(measure(asked.url, asked.key, asked.messages, asked.connections))
    spent = resource.getrusage(resource.RUSAGE_SELF)
    each = 1000 * (spent.ru_utime + spent.ru_stime) / asked.messages
    print(json.dumps({"per_second": round(rate), "ms_per_message": round(each, 3)}), flush=True)
    os._exit(0)  # the client's threads may still touch an interpreter that is being taken down


if __name__ == "__main__":
    main()
