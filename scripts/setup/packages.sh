# Debian packages: asking and installing. Sourced by setup.sh and used by the other parts of set-up.
# shellcheck shell=bash

packages_installed() {
    local state
    state="$(dpkg-query -W -f '${db:Status-Status}\n' "$@" 2>/dev/null)" || return 1
    ! grep -qv '^installed$' <<<"$state"
}

packages_install() {
    command -v apt-get >/dev/null ||
        fail "these must be installed first, and there is no apt-get to do it: $*"
    # The lists are fetched once per set-up, and only when something is to be installed.
    if [ -z "${packages_fresh:-}" ]; then
        logged apt-update as_root apt-get update
        packages_fresh=1
    fi
    logged apt-install as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"
}

# What `make run` and `make build` call besides Rust, and what Relay itself calls: the sandbox of steps. A name and the
# package that brings it.
packages_for_build() {
    command -v cc >/dev/null || echo gcc libc6-dev
    command -v node >/dev/null || echo nodejs
    command -v npm >/dev/null || echo npm
    command -v bwrap >/dev/null || echo bubblewrap
}

# What only `make test` and `make bench` call: a browser with a font, a database server, a load
# generator, Python for what the original SDK is written in, and a C++ compiler for libFuzzer.
packages_for_test() {
    command -v c++ >/dev/null || echo g++
    [ -x /usr/bin/chromium ] || echo chromium
    [ -e /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf ] || echo fonts-dejavu-core
    compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || echo postgresql
    command -v wrk >/dev/null || echo wrk
    /usr/bin/python3 -c 'import venv, ensurepip' 2>/dev/null || echo python3 python3-venv
}

# Playwright refuses an older one, and Debian 12 has 18, which is enough for everything else. Nothing is installed
# over a Node.js that is there: it is somebody's choice.
NODE_FOR_TESTS=20

node_for_tests() {
    local version
    version="$(node --version 2>/dev/null)" || version="v$(apt-cache show nodejs 2>/dev/null | sed -n '0,/^Version: /s/^Version: //p')"
    version="${version#v}"
    [ "${version%%.*}" -ge "$NODE_FOR_TESTS" ] 2>/dev/null
}

packages_plan() {
    if [ "$1" != build ] && ! node_for_tests; then
        fail "the browser tests need Node.js $NODE_FOR_TESTS or newer: put one first in PATH and try again"
    fi
    local wanted
    wanted="$(packages_for_build)"
    [ "$1" = build ] || wanted+=" $(packages_for_test)"
    read -ra packages_missing <<<"$(tr '\n' ' ' <<<"$wanted")"
    [ "${#packages_missing[@]}" = 0 ] || need_root "Debian packages: ${packages_missing[*]}"
}

packages_do() {
    if [ "${#packages_missing[@]}" != 0 ]; then
        say "installing ${packages_missing[*]}"
        packages_install "${packages_missing[@]}"
    fi
}
