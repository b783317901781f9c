//! Randomness from the system, drawn before anything is made of it.
//!
//! When the system has none to give, sealing fails; nothing weak is ever made instead.

use std::convert::Infallible;

use hpke::rand_core::{TryCryptoRng, TryRng};
use zeroize::Zeroizing;

use crate::suite::KEY_LENGTH;

/// The system gave no randomness.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NoRandomness;

/// The system's source: `getrandom(2)`, in the browser `crypto.getRandomValues`.
pub(crate) fn system(buffer: &mut [u8]) -> Result<(), NoRandomness> {
    getrandom::fill(buffer).map_err(|_| NoRandomness)
}

/// So many fresh bytes. A source that claims success and leaves only zeros is broken, and refused.
pub(crate) fn draw<const N: usize>(
    source: &mut impl FnMut(&mut [u8]) -> Result<(), NoRandomness>,
) -> Result<Zeroizing<[u8; N]>, NoRandomness> {
    let mut bytes = Zeroizing::new([0; N]);
    source(&mut *bytes)?;
    if bytes.iter().all(|byte| *byte == 0) {
        return Err(NoRandomness);
    }
    Ok(bytes)
}

/// Hands bytes that were already drawn to HPKE, which asks once for one key and cannot be told of
/// a failure. Anything else it asked for would be noticed in [`OneKey::was_taken_once`].
pub(crate) struct OneKey {
    bytes: Zeroizing<[u8; KEY_LENGTH]>,
    asked: usize,
    fits: bool,
}

impl OneKey {
    pub(crate) fn new(bytes: Zeroizing<[u8; KEY_LENGTH]>) -> Self {
        Self {
            bytes,
            asked: 0,
            fits: true,
        }
    }

    /// Whether exactly one key was asked for. Otherwise what was made of it must be thrown away.
    pub(crate) fn was_taken_once(&self) -> bool {
        self.asked == 1 && self.fits
    }
}

impl TryRng for OneKey {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.fits = false;
        Ok(0)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.fits = false;
        Ok(0)
    }

    fn try_fill_bytes(&mut self, buffer: &mut [u8]) -> Result<(), Infallible> {
        self.asked += 1;
        if buffer.len() == KEY_LENGTH {
            buffer.copy_from_slice(&*self.bytes);
        } else {
            self.fits = false;
        }
        Ok(())
    }
}

impl TryCryptoRng for OneKey {}

#[cfg(test)]
mod tests {
    use hpke::rand_core::Rng;

    use super::*;

    #[test]
    fn a_failing_or_silent_source_gives_nothing() {
        assert!(draw::<32>(&mut |_| Err(NoRandomness)).is_err());
        assert!(draw::<32>(&mut |_| Ok(())).is_err());
        assert_ne!(
            *draw::<32>(&mut system).unwrap(),
            *draw::<32>(&mut system).unwrap()
        );
    }

    #[test]
    fn one_key_is_given_once() {
        let fresh = || OneKey::new(Zeroizing::new([7; 32]));
        let mut buffer = [0; 32];

        let mut once = fresh();
        assert!(!once.was_taken_once());
        once.fill_bytes(&mut buffer);
        assert!(once.was_taken_once());
        assert_eq!(buffer, [7; 32]);
        once.fill_bytes(&mut buffer);
        assert!(!once.was_taken_once());

        let mut short = fresh();
        short.fill_bytes(&mut buffer[..31]);
        assert!(!short.was_taken_once());

        let mut word = fresh();
        word.fill_bytes(&mut buffer);
        assert_eq!((word.next_u32(), word.was_taken_once()), (0, false));
        let mut long_word = fresh();
        long_word.fill_bytes(&mut buffer);
        assert_eq!(
            (long_word.next_u64(), long_word.was_taken_once()),
            (0, false)
        );
    }
}
