//! Opens what the vault sealed, with the vault's private key.
//!
//! Only the engine and the server may depend on this crate. Everything else — pages, use cases,
//! store — is built without it, so that no function there can return a stored value to a person:
//! not because it is forbidden, but because there is nothing to call.
//!
//! [`KeyRing`] holds the private keys and opens a [`SealedValue`](vault::SealedValue) at its
//! [`Place`](vault::Place). What comes out is [`Opened`], which is wiped when it is dropped.

mod key_error;
mod key_file;
mod key_text;
mod open;
mod opened;
mod ring;

pub use key_error::{KeyError, KeyOrigin};
pub use key_text::KEY_FORMAT;
pub use open::OpenError;
pub use opened::Opened;
pub use ring::KeyRing;
