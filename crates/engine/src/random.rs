//! Random ids and step tokens.

use base64ct::{Base64UrlUnpadded, Encoding};
use zeroize::Zeroizing;

/// The system gave no randomness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the system gives no randomness")]
pub(crate) struct NoRandomness;

/// The bytes of a fresh id.
pub(crate) fn id() -> Result<[u8; 16], NoRandomness> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|_| NoRandomness)?;
    Ok(bytes)
}

/// A fresh step token: 256 bits in the alphabet of URLs, without padding.
pub(crate) fn token() -> Result<Zeroizing<String>, NoRandomness> {
    let mut bytes = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *bytes).map_err(|_| NoRandomness)?;
    Ok(Zeroizing::new(Base64UrlUnpadded::encode_string(&*bytes)))
}
