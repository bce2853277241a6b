#!/bin/sh
# Format the templates (djade); with --check, only say which are not.
set -eu
bin="${VENV:-.venv}/bin"
git ls-files --cached --others --exclude-standard 'src/**/templates/**/*.html' |
    xargs -r "$bin/djade" --target-version 6.0 "$@"
