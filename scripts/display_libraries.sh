#!/bin/sh
# What napari needs to open windows on a machine without a screen, for its tests: Xvfb, OpenGL in software, and
# the libraries that Qt opens at run time. Installs them where it may (root, apt-get); else says how.
set -eu
packages="xvfb xauth libgl1 libgl1-mesa-dri libegl1 libglx-mesa0 libxkbcommon-x11-0 libdbus-1-3 libxcb-cursor0
libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 libxcb-render-util0 libxcb-shape0 libxcb-xfixes0
libxcb-xinerama0 libxcb-xinput0 libfontconfig1 fonts-dejavu-core"

[ "$(uname)" = Linux ] || exit 0

all_there() {
    command -v Xvfb >/dev/null 2>&1 || return 1
    libraries=$(PATH="$PATH:/sbin:/usr/sbin" ldconfig -p 2>/dev/null) || return 1
    for library in libGL.so.1 libEGL.so.1 libxkbcommon-x11.so.0 libdbus-1.so.3 libxcb-cursor.so.0; do
        case $libraries in *"$library"*) ;; *) return 1 ;; esac
    done
}

all_there && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing Xvfb and the libraries that napari's windows need"
    # shellcheck disable=SC2086  # a list of packages
    if apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages \
        >/dev/null && all_there; then
        exit 0
    fi
fi
# No error here: the other tests need none of it. tests/test_display.py fails in CI.
# shellcheck disable=SC2086
echo "Tests of the napari plugin will be left out; they need (Debian, Ubuntu): sudo apt-get install" $packages >&2
