"""Rules while somebody writes them: read from a form however incomplete, grown and shrunk. Pure.

A form's fields are called PATH:KEY, where a path is r (the whole), r.0 (its first rule), r.0.2, …; a tree is what
rules.py reads, with texts wherever a value was typed.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

from staffetta.contacts.audiences.rule_terms import About
from staffetta.contacts.audiences.rules import CONDITIONS, DEPTH, VERSION, conditions

Tree = dict[str, Any]
NAMED = re.compile(r"(r(?:\.\d{1,3}){0,4}):(match|about|is|value|to|values|platform|purpose)")
FIELD_ABOUT = "field:"


def new_condition() -> Tree:
    """Return a condition about which nothing is known yet."""
    return {"about": "", "is": ""}


def new_tree() -> Tree:
    """Return where a new audience begins: one condition to fill in."""
    return {"version": VERSION, "match": "all", "rules": [new_condition()]}


def from_form(names: Iterable[str], values: Callable[[str], list[str]]) -> Tree:
    """Return the tree a form holds; `values` returns all that was sent under a name."""
    told: dict[tuple[int, ...], Tree] = {(): {"match": "all"}}
    for name in names:
        if found := NAMED.fullmatch(name):
            path = tuple(int(step) for step in found[1].split(".")[1:])
            told.setdefault(path, {})[found[2]] = values(name) if found[2] == "values" else values(name)[-1]
    return {"version": VERSION, **_grown(told, ())}


def _grown(told: dict[tuple[int, ...], Tree], path: tuple[int, ...]) -> Tree:
    node = told[path]
    if "match" not in node:
        return _condition(node)
    inner = sorted(other for other in told if other[:-1] == path and other)
    return {"match": node["match"], "rules": [_grown(told, other) for other in inner]}


def _condition(node: Tree) -> Tree:
    about = node.get("about", "")
    named = {"about": About.FIELD.value, "field": about.removeprefix(FIELD_ABOUT)}
    return {**node, **(named if about.startswith(FIELD_ABOUT) else {"about": about})}


def change(tree: Tree, deed: str) -> tuple[Tree, tuple[int, ...]]:
    """Do what a button asks (`add:PATH`, `group:PATH`, `remove:PATH`); return the tree, and where to go on writing.

    What makes no sense, or would grow too large, changes nothing.
    """
    verb, _colon, where = deed.partition(":")
    path = tuple(int(step) for step in where.split(".")[1:] if step.isascii() and step.isdecimal() and len(step) < 4)
    try:
        return DEEDS[verb](tree, path)
    except (KeyError, IndexError, ValueError):
        return tree, path


def _add(tree: Tree, path: tuple[int, ...]) -> tuple[Tree, tuple[int, ...]]:
    return _append(tree, path, new_condition())


def _group(tree: Tree, path: tuple[int, ...]) -> tuple[Tree, tuple[int, ...]]:
    if len(path) >= DEPTH - 1:
        return tree, path
    return _append(tree, path, {"match": "any", "rules": [new_condition()]})


def _append(tree: Tree, path: tuple[int, ...], node: Tree) -> tuple[Tree, tuple[int, ...]]:
    rules = _at(tree, path)["rules"]
    if sum(1 for _each in conditions(tree)) < CONDITIONS:
        rules.append(node)
    return tree, (*path, len(rules) - 1)


def _remove(tree: Tree, path: tuple[int, ...]) -> tuple[Tree, tuple[int, ...]]:
    *above, last = path
    del _at(tree, tuple(above))["rules"][last]
    return tree, tuple(above)


def _at(tree: Tree, path: tuple[int, ...]) -> Tree:
    for step in path:
        tree = tree["rules"][step]
    return tree


DEEDS: dict[str, Callable[[Tree, tuple[int, ...]], tuple[Tree, tuple[int, ...]]]] = {
    "add": _add,
    "group": _group,
    "remove": _remove,
}
