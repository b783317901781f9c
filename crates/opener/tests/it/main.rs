//! What was sealed opens where it belongs, and nowhere else.

mod frozen;
mod key_files;
mod keys;
mod memory;
mod places;
mod round_trip;
mod tampering;
