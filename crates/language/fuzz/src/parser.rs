//! Fuzz target: the reading of workflow texts.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::parser(input));
