#!/bin/sh
# Make the virtual environment with whatever Python >= 3.12 this machine has, from the lock, without anything else.
set -eu
venv="$1"
here="$(cd "$(dirname "$0")/.." && pwd)"
fits='import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 12))'

find_python() {
    for name in "${PYTHON:-}" python3.13 python3.14 python3.12 python3 python; do
        if [ -n "$name" ] && command -v "$name" >/dev/null 2>&1 && "$name" -c "$fits" >/dev/null 2>&1; then
            echo "$name"
            return
        fi
    done
    return 1
}

if ! "$venv/bin/python" -c 'import sys; sys.exit(sys.version_info < (3, 12))' >/dev/null 2>&1; then
    python="$(find_python)" || {
        echo "Staffetta needs Python 3.12 or newer with the venv module" >&2
        echo "(on Debian: apt install python3 python3-venv)." >&2
        echo "If it is installed under another name: make PYTHON=/path/to/python …" >&2
        exit 1
    }
    echo "Making $venv with $("$python" -V)" >&2
    rm -rf "$venv"
    "$python" -m venv "$venv"
fi
echo "Installing from requirements.lock" >&2
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$here/requirements.lock"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e "$here"
rm -rf "$here/.mypy_cache" # it remembers which packages were missing
