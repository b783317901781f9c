//! Fuzz target: templates and references.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::template(input));
