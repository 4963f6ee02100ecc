#!/bin/sh
# What checks our DICOM objects in the tests: dicom3tools (dciodvfy, dcentvfy), PixelMed's validator of structured
# reports with Java, and the archive Orthanc. Installs them where it may (root, apt-get); else says how.
set -eu
packages="dicom3tools libpixelmed-java default-jdk-headless orthanc"

[ "$(uname)" = Linux ] || exit 0

all_there() {
    for program in dciodvfy dcentvfy java javac; do
        command -v "$program" >/dev/null 2>&1 || return 1
    done
    [ -x /usr/sbin/Orthanc ] && [ -f /usr/share/java/pixelmed.jar ]
}

all_there && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing the validators of DICOM objects"
    # shellcheck disable=SC2086  # a list of packages
    if apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
        --no-install-recommends $packages >/dev/null && all_there; then
        # The package starts the archive; the tests start their own, and nobody asked for another.
        systemctl disable --now orthanc >/dev/null 2>&1 || service orthanc stop >/dev/null 2>&1 || true
        exit 0
    fi
fi
# No error here: the other tests need none of it. tests/test_validators.py fails in CI.
# shellcheck disable=SC2086
echo "Tests of DICOM objects will be left out; they need (Debian, Ubuntu): sudo apt-get install" $packages >&2
