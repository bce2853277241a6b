"""How much each part of `make bench` does: whole (about 50 minutes on two quiet cores) or quick (about two)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sizes:
    """Numbers of messages, people and calls."""

    messages: int
    channels: tuple[int, ...]
    latencies: tuple[int, ...]
    celery: int
    calls: int
    growth: tuple[int, ...]
    pages: tuple[tuple[int, int], ...]
    people: tuple[int, ...]
    starts: tuple[int, ...]
    many_at_once: int

    def runs(self, part: str) -> list[list[str]]:
        """Return what runs on each database."""
        made: dict[str, list[list[str]]] = {
            "dispatch": [*self._at_once(), *self._beside_the_simulator()],
            "transactional": [self._calls(80), self._calls(0)],
            "growth": [["bench.dispatch", "--messages", str(number)] for number in self.growth],
            "starts": [["bench.starts", "--customers", str(number)] for number in self.starts],
            "pages": [
                ["bench.pages", "--contacts", str(contacts), "--deliveries", str(deliveries)]
                for contacts, deliveries in self.pages
            ],
        }
        return made[part]

    def _at_once(self) -> list[list[str]]:
        words = ["bench.dispatch", "--messages", str(self.messages)]
        runs = [[*words, "--channels", str(number)] for number in self.channels]
        return [*runs, [*words, "--concurrency", str(self.many_at_once)]] if self.many_at_once else runs

    def _beside_the_simulator(self) -> list[list[str]]:
        """A slow provider gets fewer messages: 100 at once, each taking so long, are the most anybody sends."""
        runs = []
        for latency in self.latencies:
            messages = min(self.messages, 1_000_000 // latency) if latency else self.messages
            runs.append(["bench.dispatch", "--messages", str(messages), "--simulator", "--latency", str(latency)])
        if max(self.latencies, default=0):
            latency, channels = max(self.latencies), max(self.channels)
            messages = min(self.messages, channels * 1_000_000 // latency)
            words = ["bench.dispatch", "--messages", str(messages), "--simulator", "--latency", str(latency)]
            runs.append([*words, "--channels", str(channels)])
        if self.many_at_once:
            words = ["bench.dispatch", "--messages", str(self.messages), "--simulator"]
            runs.append([*words, "--concurrency", str(self.many_at_once)])
        return runs

    def _calls(self, pace: int) -> list[str]:
        return ["bench.transactional", "--calls", str(self.calls), "--pace", str(pace)]


FULL = Sizes(
    messages=40_000,
    channels=(1, 2, 4),
    latencies=(0, 50, 200),
    celery=3000,
    calls=200,
    growth=(10_000, 1_000_000),
    pages=((1_000, 1_000), (1_000_000, 10_000_000)),
    people=(10_000, 1_000_000),
    starts=(1_000, 50_000, 1_000_000),
    many_at_once=500,
)
QUICK = Sizes(
    messages=8_000,
    channels=(1,),
    latencies=(0,),
    celery=800,
    calls=40,
    growth=(),
    pages=((1_000, 1_000),),
    people=(5_000,),
    starts=(1_000,),
    many_at_once=0,
)
