#!/bin/sh
# Collect every room's texts into its Italian catalogue and compile it (needs gettext).
set -eu
root="$(pwd)"
for room in src/staffetta/*/locale; do
    (cd "$(dirname "$room")" && "$root/.venv/bin/django-admin" makemessages -l it --no-location --no-wrap &&
        "$root/.venv/bin/django-admin" compilemessages -l it)
done
