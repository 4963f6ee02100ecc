#!/bin/sh
# Make a virtual environment of Slicer's Python with what the extension needs: scripts/slicer_python.sh VENV REQUIREMENTS
# Where that Python is not installed, it says so and makes none; the tests that want it then say why they are left out.
set -eu
venv=$1
requirements=$2
version=3.12
inside_slicer="numpy scipy pydicom SimpleITK pillow requests packaging"
in_place_of_slicer="slicer-core PySide6-Essentials"

# What is in the way is taken away only where it is an environment, or the mark of make that there is none.
if [ -e "$venv" ] && [ ! -f "$venv/pyvenv.cfg" ] && [ -n "$(ls -A "$venv" | sed '/^\.test$/d')" ]; then
    echo "$venv is there and is no virtual environment; name another folder" >&2
    exit 1
fi

# Not `command -v` alone: pyenv has shims of versions that are not chosen.
for python in "python$version" "${PYENV_ROOT:-$HOME/.pyenv}/versions/$version"*"/bin/python$version"; do
    "$python" -c '' >/dev/null 2>&1 || continue
    rm -rf "$venv"
    "$python" -m venv "$venv" >/dev/null 2>&1 || continue
    echo "Installing what the Slicer extension needs for Python $version ($python)"
    # shellcheck disable=SC2086  # a list of packages
    if "$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
        --requirement "$requirements" $inside_slicer $in_place_of_slicer; then
        exit 0
    fi
done
rm -rf "$venv"
echo "The Slicer extension will not be tried on Python $version, Slicer's own: it is not installed, or cannot be set up" >&2
