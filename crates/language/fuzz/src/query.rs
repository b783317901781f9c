//! Fuzz target: the four query languages.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::query(input));
