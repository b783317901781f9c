//! Fuzz target: what an editor asks about a place in a text.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::assist(input));
