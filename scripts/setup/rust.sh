# Set-up of the Rust toolchain: something that builds for this machine and for wasm32. Sourced by setup.sh.
# shellcheck shell=bash

# The oldest compiler the workspace says it builds with.
rust_version_wanted() { sed -n 's/^rust-version = "\(.*\)"/\1/p' "$ROOT/Cargo.toml"; }

# rust_recent RUSTC: is that compiler new enough?
rust_recent() {
    local have want
    have="$("$1" --version 2>/dev/null | cut -d' ' -f2)" || return 1
    want="$(rust_version_wanted)"
    [ "$(printf '%s\n%s\n' "$want" "$have" | sort -V | head -n1)" = "$want" ]
}

rust_debian_packages=(rustc-web cargo-web rust-web-src rust-web-clippy rustfmt-web rust-web-llvm)

# rust_lld: the package with the linker for WASM; the compiler's rust-lld link dangles without the one of its own LLVM.
rust_lld() { "$DEBIAN_RUSTC" -vV | sed -n 's/^LLVM version: \([0-9]*\).*/lld-\1/p'; }

rust_debian_installed() {
    packages_installed "${rust_debian_packages[@]}" && packages_installed "$(rust_lld)"
}

rust_linked() {
    ! command -v rustup >/dev/null || rustup toolchain list 2>/dev/null | grep -q "^$DEBIAN_TOOLCHAIN\b"
}

rust_plan() {
    if [ "$(toolchain_choice)" = active ]; then
        rust_recent rustc || rust_update=1
        wasm_std rustc >/dev/null || rust_target=1
        [ -z "${rust_update:-}" ] || need "Rust $(rust_version_wanted) or newer: rustup update (download)"
        [ -z "${rust_target:-}" ] || need "Rust's library for $WASM: rustup target add (download, 30 MB)"
        return
    fi
    if ! rust_debian_installed; then
        rust_packages=1
        need_root "Debian packages: ${rust_debian_packages[*]} and lld (1.1 GB, about 80 s)"
    fi
    if [ -n "${rust_packages:-}" ] || ! debian_wasm_std; then
        rust_std=1
        need_root "Rust's library for $WASM, built from Debian's source (about 2 minutes)"
    fi
    if ! rust_linked; then
        rust_link=1
        need "rustup toolchain link $DEBIAN_TOOLCHAIN /usr"
    fi
}

rust_do() {
    if [ -n "${rust_update:-}" ]; then
        say "updating Rust"
        logged rust-update rustup update
        rust_recent rustc || fail "the active Rust toolchain is older than $(rust_version_wanted): choose a newer one with 'rustup default stable'"
    fi
    if [ -n "${rust_target:-}" ]; then
        say "adding $WASM to the active Rust toolchain"
        logged rust-target rustup target add "$WASM"
    fi
    if [ -n "${rust_packages:-}" ]; then
        say "installing Debian's Rust compiler"
        packages_install "${rust_debian_packages[@]}"
        packages_install "$(rust_lld)"
        rust_recent "$DEBIAN_RUSTC" || fail "Debian's Rust compiler is older than $(rust_version_wanted)"
    fi
    if [ -n "${rust_std:-}" ] && ! debian_wasm_std; then
        say "building Rust's library for $WASM"
        rust_build_std
    fi
    if [ -n "${rust_link:-}" ]; then
        logged rust-link rustup toolchain link "$DEBIAN_TOOLCHAIN" /usr
    fi
}

# Builds the standard library as the compiler's own build does, so that it is loaded without any unstable flag.
# In a temporary folder: no .cargo/config.toml above it may add flags.
rust_build_std() (
    local sysroot lib work
    sysroot="$("$DEBIAN_RUSTC" --print sysroot)"
    lib="$sysroot/lib/rustlib/$WASM"
    work="$(mktemp -d)"
    trap 'rm -rf "$work"' EXIT
    cp -RL "$sysroot/lib/rustlib/src/rust/library" "$work/library"
    cd "$work/library" || exit 1
    unset CARGO_BUILD_TARGET CARGO_BUILD_BUILD_DIR CARGO_ENCODED_RUSTFLAGS RUSTC_WRAPPER
    export RUSTC="$DEBIAN_RUSTC" RUSTC_BOOTSTRAP=1 __CARGO_DEFAULT_LIB_METADATA=stablestd
    export RUSTFLAGS="-Zforce-unstable-if-unmarked -Cembed-bitcode=yes -Cdebuginfo=0" CARGO_TARGET_DIR="$work/target"
    logged rust-std /usr/bin/cargo build --manifest-path sysroot/Cargo.toml --locked --profile dist --target "$WASM" \
        --no-default-features --features panic-unwind,compiler-builtins-mem
    "$DEBIAN_RUSTC" -vV >"$work/relay.stamp"
    # The stamp goes last: an interrupted installation is done again.
    as_root rm -rf "$lib"
    as_root mkdir -p "$lib/lib"
    as_root cp "$work/target/$WASM/dist/deps/"*.rlib "$lib/lib/"
    as_root cp "$work/relay.stamp" "$lib/relay.stamp"
    as_root chmod -R a+rX "$lib"
)
