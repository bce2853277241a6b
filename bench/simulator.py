"""How many sends per second the Engage simulator takes from a bare client loop, its ledger on.

python -m bench.simulator [--sends 100000] [--connections 100]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections.abc import Iterator

from pyreqwest.client import Client, ClientBuilder

from engage_simulator.testing import Engage, running


async def measure(engage: Engage, sends: int, connections: int) -> float:
    """Seconds for that many accepted sends, each to another number."""
    url = f"{engage.url}/api/v16/chat/notification"
    numbers = iter(range(sends))
    key = engage.key("24001")
    async with ClientBuilder().build() as client:
        start = time.perf_counter()
        await asyncio.gather(*(_send(client, url, key, numbers) for _ in range(connections)))
        return time.perf_counter() - start


async def _send(client: Client, url: str, key: str, numbers: Iterator[int]) -> None:
    for number in numbers:
        answer = await client.post(url).body_bytes(_body(key, number)).build().send()
        await answer.bytes()


def _body(key: str, number: int) -> bytes:
    return json.dumps(
        {
            "apikey": key,
            "id": f"39333{number:07d}",
            "batch_ids": "",
            "user_filter": "",
            "notification_template": "conferma_ordine",
            "notification_body_variables": '["Anna", "42"]',
            "notification_header_media": "",
            "notification_header_variable": "",
            "notification_button_variable": "",
            "notification_language": "it",
        }
    ).encode()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sends", type=int, default=100_000)
    parser.add_argument("--connections", type=int, default=100)
    options = parser.parse_args()
    with running("story") as engage:
        seconds = asyncio.run(measure(engage, options.sends, options.connections))
        summary = engage.summary()
    assert summary["accepted"] == summary["distinct_recipients"] == options.sends
    print(f"{options.sends / seconds:,.0f} sends/s ({options.sends:,} in {seconds:.1f} s, all in the ledger once)")


if __name__ == "__main__":
    main()
