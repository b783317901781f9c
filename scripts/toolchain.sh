# Which Rust toolchain builds Relay. Sourced by scripts/toolchain, scripts/cargo and scripts/setup/rust.sh.
# shellcheck shell=bash
#
# The toolchain that is active anyway is taken when it can build for wasm32, or when rustup may download what it
# lacks. Otherwise (RUSTUP_AUTO_INSTALL=0, or no rustup at all) it is Debian's compiler with a standard library for
# wasm32 that set-up builds from Debian's source; rustup knows it as "relay".

WASM=wasm32-unknown-unknown
DEBIAN_RUSTC=/usr/bin/rustc
DEBIAN_TOOLCHAIN=relay

# wasm_std RUSTC… prints the folder for that compiler's wasm32 library; false when the library is not in it.
wasm_std() {
    local dir
    dir="$("$@" --print target-libdir --target "$WASM" 2>/dev/null)" || return 1
    compgen -G "$dir/libstd-*.rlib" >/dev/null && printf '%s\n' "$dir"
}

# The built library is stamped with the compiler that made it: another compiler cannot read it.
debian_wasm_std() {
    local dir
    [ -x "$DEBIAN_RUSTC" ] && dir="$(wasm_std "$DEBIAN_RUSTC")" || return 1
    [ "$("$DEBIAN_RUSTC" -vV)" = "$(cat "$dir/../relay.stamp" 2>/dev/null)" ]
}

rustup_may_download() {
    command -v rustup >/dev/null && [ "${RUSTUP_AUTO_INSTALL:-1}" != 0 ]
}

# Prints "active" or "debian".
toolchain_choice() {
    if [ "${RUSTUP_TOOLCHAIN:-}" = "$DEBIAN_TOOLCHAIN" ]; then
        echo debian
    elif rustup_may_download || { command -v rustc >/dev/null && wasm_std rustc >/dev/null; }; then
        echo active
    else
        echo debian
    fi
}
