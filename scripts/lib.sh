# Shared by every script here: saying things, keeping logs, becoming root. Sourced, never run.
# shellcheck shell=bash

# One folder for everything that outlives a clone: compiled dependencies, logs, stamps.
RELAY_CACHE="${RELAY_CACHE:-${HOME:?HOME must be set}/.cache/relay}"
# shellcheck disable=SC2034  # for those who source this file
ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"

say() { printf 'relay: %s\n' "$*" >&2; }

fail() {
    printf 'relay: %s\n' "$*" >&2
    exit 1
}

# logged NAME COMMAND… runs the command with its output in a log file, which is named and quoted only on failure.
logged() {
    local log="$RELAY_CACHE/logs/$1.log"
    shift
    mkdir -p "$RELAY_CACHE/logs"
    if ! "$@" >"$log" 2>&1 </dev/null; then
        tail -n 25 "$log" >&2
        fail "failed: $* (the whole output is in $log)"
    fi
}

# Root when already root, else through sudo; require_root has made sure that one of them works.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        sudo -- "$@"
    fi
}

require_root() {
    [ "$(id -u)" = 0 ] && return
    command -v sudo >/dev/null ||
        fail "this needs root and there is no sudo: run 'scripts/setup.sh ${1:-build}' once as root, then make as yourself"
    say "this needs root, so sudo may ask for your password"
    sudo -v || fail "sudo refused; nothing was changed"
}
