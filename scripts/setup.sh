#!/bin/sh
# Make a virtual environment and install this package into it: scripts/setup.sh VENV EXTRAS
# PYTHON chooses the interpreter; CONSTRAINTS is a pip constraints file, empty for none.
set -eu
venv=$1
extras=$2

# What is in the way is taken away only where it is an environment.
if [ -e "$venv" ] && [ ! -f "$venv/pyvenv.cfg" ] && [ -n "$(ls -A "$venv")" ]; then
    echo "$venv is there and is no virtual environment; name another folder" >&2
    exit 1
fi

suitable() {
    command -v "$1" >/dev/null 2>&1 &&
        "$1" -c 'import sys; sys.exit(sys.version_info < (3, 10))' >/dev/null 2>&1
}

# Debian's python3 has venv but not ensurepip until python3-venv is installed: only trying tells.
try_venv() {
    # The newest comes after those that all wheels are there for.
    for python in ${PYTHON:-python3.13 python3.12 python3.11 python3.10 python3.14 python3 /usr/bin/python3}; do
        suitable "$python" || continue
        rm -rf "$venv"
        if "$python" -m venv "$venv" >/dev/null 2>&1 && "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
            echo "Virtual environment $venv: $("$venv/bin/python" --version) ($(command -v "$python"))"
            return 0
        fi
        rm -rf "$venv"
    done
    return 1
}

make_venv() {
    try_venv && return
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        echo "Python cannot make virtual environments yet: installing python3-venv"
        if apt-get update -qq; then
            DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv python3-pip || true
        fi
        try_venv && return
    fi
    if suitable "${PYTHON:-python3}"; then
        echo "Python cannot make virtual environments; run: sudo apt-get install python3-venv" >&2
    else
        echo "OpenBAC needs Python 3.10 or newer; run: sudo apt-get install python3 python3-venv" >&2
    fi
    exit 1
}

# Where pip is given a shelf of its own wheels, or in CI, the CPU build of torch is pinned;
# everyone else gets the build that torch has for their platform.
default_constraints() {
    if [ -n "${CI:-}${PIP_FIND_LINKS:-}" ] || "$venv/bin/python" -m pip config list | grep -q 'find-links'; then
        echo constraints/cpu.txt
    fi
}

"$venv/bin/python" -m pip --version >/dev/null 2>&1 || make_venv
constraints=${CONSTRAINTS-$(default_constraints)}
echo "Installing OpenBAC with $extras${constraints:+ under $constraints} (the first time takes minutes)"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    ${constraints:+--constraint "$constraints"} --editable ".[$extras]"
