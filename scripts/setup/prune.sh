# Keeps the shared folder of compiled code from growing for ever. Sourced by setup.sh.
# shellcheck shell=bash

# Every clone, also one that is long gone, leaves its own build of our crates there; dependencies are shared and stay.
# What is two weeks old goes, looked at once a day. A clone that still wanted it compiles it again.
prune_cache() {
    local names
    [ -d "$RELAY_CACHE/target" ] || return 0
    [ -z "$(find "$RELAY_CACHE/pruned" -mtime -1 2>/dev/null)" ] || return 0
    names="$(sed -n 's/^name = "\(.*\)"/\1/p' "$ROOT"/{crates/*,app,frontend,server,xtask}/Cargo.toml | sort -u | paste -sd '|' | sed 's/|/\\|/g')"
    find "$RELAY_CACHE/target" -type f -mtime +14 \
        -regex ".*/\(lib\)?\($names\)-[0-9a-z]+\(/.*\|\.[a-z]+\)?" -delete
    touch "$RELAY_CACHE/pruned"
}
