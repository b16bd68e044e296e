#!/bin/sh
# Programs that read exported rates and are no Python packages: installed where that is permitted, named where not.
#   sh tests/exports/programs.sh       make test-exports
missing=""
command -v gfortran > /dev/null || missing="$missing gfortran"
command -v octave > /dev/null || command -v octave-cli > /dev/null || missing="$missing octave"
command -v chromium > /dev/null && command -v chromedriver > /dev/null || missing="$missing chromium chromium-driver"
[ -n "$missing" ] || exit 0

if ! command -v apt-get > /dev/null || [ "$(id -u)" != 0 ]; then
    echo "not installed, their tests are skipped:$missing"
    exit 0
fi
echo "installing$missing"
log=$(mktemp)
{ apt-get --quiet update && DEBIAN_FRONTEND=noninteractive apt-get --quiet install --yes --no-install-recommends $missing; } \
    > "$log" 2>&1 || { echo "could not be installed, their tests are skipped:$missing"; tail -n 3 "$log"; }
rm -f "$log"
