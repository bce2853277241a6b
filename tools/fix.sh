#!/bin/sh
# What a machine can mend.
set -eu
bin="${VENV:-.venv}/bin"
"$bin/ruff" check --fix .
"$bin/ruff" format .
sh tools/templates.sh
