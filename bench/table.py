"""The results as a Markdown table, as the README carries it."""

from typing import Any

Rows = list[tuple[str, str]]


def text(results: dict[str, Any]) -> str:
    """Return the table, with date and machine above it."""
    machine = results["machine"]
    size = "small sizes" if results["quick"] else "whole sizes"
    head = (
        f"{results['at'][:10]}, {size}: {machine['cores']} cores, {machine['memory_gb']} GB, "
        f"Python {machine['python']}{'' if machine['python_optimised'] else ' built without optimisations'}, "
        f"SQLite {machine['sqlite']}, PostgreSQL {machine['postgresql']}, "
        f"load before {machine['load_before']}, ten million additions in {machine['ten_million_additions_s']} s; "
        f"{_stolen(results)}{results['seconds']} s; "
        f"provider's ledger equal to ours after every run: {'yes' if results['books_agree'] else 'NO'}"
    )
    moments = [each["at"] for part in WORDS for each in results.get(part, [])]
    earlier = sorted({at[:10] for at in moments if at < results["at"]})
    head += f"; what did not run this time is of {', '.join(earlier)}" if earlier else ""
    rows = [row for part in WORDS for each in results.get(part, []) for row in _rows(part, each, results)]
    return "\n".join([head, "", "| what | measured |", "|---|---|", *(f"| {what} | {said} |" for what, said in rows)])


def _stolen(results: dict[str, Any]) -> str:
    """Say how much of the processors' time the host gave to other machines, if any."""
    parts = [each.get("stolen", 0) for part in WORDS for each in results.get(part, [])]
    most = max(parts, default=0)
    return f"up to {most:.0%} of the processors' time taken by the host's other machines; " if most > 0.02 else ""


def _rows(part: str, each: dict[str, Any], results: dict[str, Any]) -> Rows:
    if "failed" in each or "skipped" in each:
        return [(each["command"], each.get("failed") or f"skipped: {each['skipped']}")]
    return WORDS[part](each, results)


def _dispatch(each: dict[str, Any], _results: dict[str, Any]) -> Rows:
    channels = f"{each['channels']} channel{'s' if each['channels'] > 1 else ''}, {each['concurrency']} at once"
    against = each["provider"] + (f" taking {each['latency_ms']} ms" if each["latency_ms"] else "")
    said = (
        f"{each['per_second']:,} messages/s, {each['of_the_loop']:.0%} of the loop's {each['loop_per_second']:,}; "
        f"worker {each['worker']['peak_mb']} MB"
    )
    return [(f"dispatch of {each['messages']:,}, {each['database']}, {channels}, against the {against}", said)]


def _growth(each: dict[str, Any], results: dict[str, Any]) -> Rows:
    planning = each["planning"]
    said = f"{planning['seconds']} s ({planning['per_second']:,}/s), {planning['peak_mb']} MB"
    first = next(row for row in results["growth"] if row["database"] == each["database"])
    if first is not each and "failed" not in first:
        plans = first["planning"]["per_second"] / planning["per_second"]
        sends = first["per_second"] / each["per_second"]
        said += f"; time per item against {first['messages']:,}: planning {plans:.2f}, dispatch {sends:.2f} times"
    return [(f"planning {each['messages']:,}, {each['database']}", said), *_dispatch(each, results)]


def _celery(each: dict[str, Any], results: dict[str, Any]) -> Rows:
    ours = [row for row in results.get("dispatch", []) if row.get("provider") == "sink" and row["channels"] == 1]
    times = ", ".join(
        f"{row['database']} {row['per_second'] / each['per_second']:.0f} times ({row['concurrency']} at once)"
        for row in ours
    )
    return [
        ("one Celery task per message, Redis, requests", f"{each['per_second']:,} messages/s; ours: {times or '–'}")
    ]


def _transactional(each: dict[str, Any], _results: dict[str, Any]) -> Rows:
    pace = f"at {each['pace']} a second" if each["pace"] else "at full speed"
    said = f"p50 {each['p50_ms']}, p95 {each['p95_ms']}, p99 {each['p99_ms']} ms"
    return [(f"accepted by the API → request, {each['database']}, beside a communication {pace}", said)]


def _pages(each: dict[str, Any], results: dict[str, Any]) -> Rows:
    p95 = {path: max(row["p95_ms"], row.get("last_page", row)["p95_ms"]) for path, row in each["pages"].items()}
    slowest = max(p95, key=p95.__getitem__)
    small = {path: row["queries"] for path, row in results["pages"][0].get("pages", {}).items()}
    more = [path for path, row in each["pages"].items() if row["queries"] != small.get(path, row["queries"])]
    said = f"p95 {p95[slowest]} ms at most ({slowest}); "
    said += f"another number of queries: {', '.join(more)}" if more else "the same number of queries"
    database = "postgresql" if "--postgres" in each["command"] else "sqlite"
    return [(f"pages with {each['contacts']:,} contacts, {each['deliveries']:,} messages, {database}", said)]


def _people(each: dict[str, Any], results: dict[str, Any]) -> Rows:
    seconds = each.get("besides_the_provider", each["seconds"])
    said = f"{seconds} s, {each['peak_mb']} MB"
    if "again_seconds" in each:
        said += f"; the same again, nothing changed: {each['again_seconds']} s"
    alike = [row for row in results["people"] if all(row.get(name) == each[name] for name in ("what", "database"))]
    first = alike[0]
    if first is not each:
        growth = (seconds / each["rows"]) / (first.get("besides_the_provider", first["seconds"]) / first["rows"])
        said += f"; time per item against {first['rows']:,}: {growth:.2f} times"
    return [(f"{each['what']} of {each['rows']:,} people, {each['database']}", said)]


def _starts(each: dict[str, Any], _results: dict[str, Any]) -> Rows:
    seconds = ", ".join(str(one) for one in each["seconds_to_the_first_request"])
    said = f"{seconds} s; opt-outs known from {', '.join(dict.fromkeys(each['known_from']))}"
    what = f"start to ten people beside {each['customers']:,} customers, {each['database']}: command → first request"
    return [(what, said)]


def _other(each: dict[str, Any], _results: dict[str, Any]) -> Rows:
    kept = {name: value for name, value in each.items() if name not in ("command", "at", "took_s", "books_agree")}
    return [(each["command"].replace("bench.", ""), ", ".join(f"{name} {value}" for name, value in kept.items()))]


WORDS = {
    "dispatch": _dispatch,
    "celery": _celery,
    "growth": _growth,
    "transactional": _transactional,
    "pages": _pages,
    "people": _people,
    "audiences": _other,
    "starts": _starts,
}
