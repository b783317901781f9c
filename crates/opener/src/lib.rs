//! Opens what the vault sealed, with the vault's private key.
//!
//! Only the engine and the server may depend on this crate. Everything else — pages, use cases,
//! store — is built without it, so that no function there can return a stored value to a person:
//! not because it is forbidden, but because there is nothing to call.
//!
//! [`KeyRing`] holds the private keys and opens a [`SealedValue`](vault::SealedValue) at its
//! [`Place`](vault::Place). What comes out is [`Opened`], which is wiped when it is dropped.
//! [`Keys`] is the ring of a running process, together with the files it came from: it takes in the
//! next key and lets go of old ones.

mod key_error;
mod key_file;
mod key_text;
mod keys;
mod open;
mod opened;
mod ring;
mod signing;

pub use key_error::{KeyError, KeyOrigin};
pub use key_text::KEY_FORMAT;
pub use keys::Keys;
pub use open::OpenError;
pub use opened::Opened;
pub use ring::KeyRing;
