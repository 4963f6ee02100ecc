#!/bin/sh
# The browser in which the tests open the page of a cohort: Chromium and its driver. Installs them where it may
# (root, apt-get); else says how.
set -eu
packages="chromium chromium-driver"

[ "$(uname)" = Linux ] || exit 0

all_there() {
    { command -v chromium || command -v chromium-browser || command -v google-chrome; } >/dev/null 2>&1 &&
        command -v chromedriver >/dev/null 2>&1
}

all_there && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing Chromium for the tests of the page of a cohort"
    # shellcheck disable=SC2086  # a list of packages
    if apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages \
        >/dev/null && all_there; then
        exit 0
    fi
fi
# No error here: the other tests need none of it. tests/cohort_page/test_browser.py fails in CI.
echo "Tests of the page of a cohort will be left out; they need (Debian): sudo apt-get install $packages" >&2
