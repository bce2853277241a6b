#!/bin/sh
# Everything a change must pass, the same here and in CI.
set -eu
bin="${VENV:-.venv}/bin"
step() { printf '\n== %s\n' "$1"; }

step "ruff";            "$bin/ruff" check . && "$bin/ruff" format --check .
step "templates";       sh tools/templates.sh --check
step "imports";         "$bin/lint-imports" --no-cache
step "types";           "$bin/mypy"
printf 'type: ignore comments: %s\n' "$(grep -rn 'type: ignore' src tests tools --include='*.py' | wc -l)"
step "migrations";      "$bin/python" -m tools.migrations
step "translations";    "$bin/python" -m tools.translations
step "suite";           "$bin/python" -m tools.test
