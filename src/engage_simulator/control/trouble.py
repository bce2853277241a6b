"""Control of what goes wrong: faults, held requests, the clock, the shapes of answers."""

from __future__ import annotations

from engage_simulator.answers import read_shapes
from engage_simulator.faults import BadFault
from engage_simulator.template import Row

from .route import Entry, Order, Refused


def list_faults(order: Order) -> list[Row]:
    return [rule.row() for rule in order.simulator.faults.rules]


def add_faults(order: Order) -> list[Row]:
    """One rule or a list of them, added behind those in force; all or none."""
    rows = order.body if isinstance(order.body, list) else [order.row()]
    former = list(order.simulator.faults.rules)
    try:
        return [order.simulator.faults.add(row).row() for row in rows]
    except BadFault:
        order.simulator.faults.rules = former
        raise


def clear_faults(order: Order) -> Row:
    removed = len(order.simulator.faults.rules)
    order.simulator.faults.rules = []
    return {"deleted": removed}


def delete_fault(order: Order) -> Row:
    if not order.simulator.faults.remove(order.path["rule"]):
        raise Refused(404, f"no fault {order.path['rule']}")
    return {"deleted": 1}


def show_held(order: Order) -> Row:
    rows = order.simulator.held.rows()
    return {"held": len(rows), "requests": rows}


def release(order: Order) -> Row:
    """Let held requests go: `then` is "answer" (default) or "cut"; one of them by `id`, else all."""
    body = order.row()
    ending = body.get("then", "answer")
    if ending not in {"answer", "cut"}:
        raise Refused(400, "then must be answer or cut")
    return {"released": order.simulator.held.release(ending, body.get("id"))}


def show_clock(order: Order) -> Row:
    return {"now": order.simulator.clock.now(), "offset_seconds": order.simulator.clock.offset}


def move_clock(order: Order) -> Row:
    """`offset_seconds` from the real time, or `now` in Unix seconds."""
    body = order.row()
    if "now" in body:
        order.simulator.clock.move_to(float(body["now"]))
    else:
        order.simulator.clock.offset = float(body["offset_seconds"])
    return show_clock(order)


def show_shapes(order: Order) -> Row:
    return order.simulator.shapes.as_row()


def set_shapes(order: Order) -> Row:
    """The shapes given; what is not named is as usual again."""
    order.simulator.shapes = read_shapes(order.row())
    return order.simulator.shapes.as_row()


ENTRIES: list[Entry] = [
    ("GET", "/faults", list_faults),
    ("POST", "/faults", add_faults),
    ("DELETE", "/faults", clear_faults),
    ("DELETE", "/faults/{rule}", delete_fault),
    ("GET", "/held", show_held),
    ("POST", "/release", release),
    ("GET", "/clock", show_clock),
    ("POST", "/clock", move_clock),
    ("GET", "/shapes", show_shapes),
    ("PUT", "/shapes", set_shapes),
]
