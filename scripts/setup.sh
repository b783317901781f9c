#!/usr/bin/env bash
# Brings this machine to where make can work: `setup.sh build` for run and build, `setup.sh test` for the tests too,
# `setup.sh bench` also for what is measured beside Relay.
# Looks first, says what it is going to do, then does it; silent and quick when nothing is missing.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$ROOT/scripts/toolchain.sh"
. "$ROOT/scripts/setup/packages.sh"
. "$ROOT/scripts/setup/rust.sh"
. "$ROOT/scripts/setup/npm.sh"
. "$ROOT/scripts/setup/python.sh"
. "$ROOT/scripts/setup/prune.sh"

purpose="${1:-build}"
case "$purpose" in
    build | test | bench) ;;
    *) fail "usage: scripts/setup.sh [build|test|bench]" ;;
esac

plan=()
root_needed=
need() { plan+=("$1"); }
need_root() {
    plan+=("$1 (as root)")
    root_needed=1
}

prune_cache
packages_plan "$purpose"
rust_plan
npm_plan "$purpose"
python_plan "$purpose"
[ "${#plan[@]}" != 0 ] || exit 0

say "set-up is going to install:"
printf '  - %s\n' "${plan[@]}" >&2
[ -z "$root_needed" ] || require_root "$purpose"

packages_do
rust_do
npm_do
python_do
say "set-up is done"
