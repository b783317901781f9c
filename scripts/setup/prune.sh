# Keeps the shared folder of compiled code from growing for ever. Sourced by setup.sh.
# shellcheck shell=bash

# Every clone, also one that is long gone, leaves its own build of our crates there, two to three GB; dependencies are
# shared and stay. Of ours the newest are kept. A clone that still wanted what went compiles it again.
PRUNE_KEEP_BYTES=10000000000

prune_cache() {
    local names
    [ -d "$RELAY_CACHE/target" ] || return 0
    # Looked at once an hour.
    [ -z "$(find "$RELAY_CACHE/pruned" -mmin -60 2>/dev/null)" ] || return 0
    names="$(sed -n 's/^name = "\(.*\)"/\1/p' "$ROOT"/{crates/*,crates/language/fuzz,app,frontend,server,xtask}/Cargo.toml | sort -u | paste -sd '|' | sed 's/|/\\|/g')"
    # Only what cargo notices to be gone: what a build script wrote is not.
    find "$RELAY_CACHE/target" -type f \
        -regex ".*/deps/\(lib\)?\($names\)-[0-9a-z]+\(/.*\|\.[a-z]+\)?" -printf '%T@\t%s\t%p\n' |
        sort -rn |
        awk -F '\t' -v keep="$PRUNE_KEEP_BYTES" '{ bytes += $2 } bytes > keep { print $3 }' |
        xargs -d '\n' -r rm -f
    # These are only faster whole: one that lacks a file makes the compiler complain of every file.
    find "$RELAY_CACHE/target" -mindepth 3 -maxdepth 3 -type d -path '*/incremental/*' -printf '%T@\t%p\n' |
        sort -rn | cut -f 2 |
        # A build beside this one may take some away meanwhile.
        { xargs -d '\n' -r du -s --block-size=1 2>/dev/null || true; } |
        awk -F '\t' -v keep="$PRUNE_KEEP_BYTES" '{ bytes += $1 } bytes > keep { print $2 }' |
        xargs -d '\n' -r rm -rf
    touch "$RELAY_CACHE/pruned"
}
