#!/bin/sh
# Names, versions and hashes; no addresses.
set -eu
exec uv pip compile --upgrade --universal --generate-hashes --no-annotate --no-header --python-version 3.12 \
    --extra dev --quiet pyproject.toml -o requirements.lock
