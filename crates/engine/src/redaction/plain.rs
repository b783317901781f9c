//! Bytes of values, and of what is made of them: wiped before their memory is given back.

use std::borrow::Borrow;

use zeroize::{Zeroize, Zeroizing};

/// A form of a value that is kept.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Plain(Box<[u8]>);

impl From<&[u8]> for Plain {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }
}

impl AsRef<[u8]> for Plain {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Borrow<[u8]> for Plain {
    fn borrow(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for Plain {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// Room for putting one form after the other together. What it outgrows is wiped as well, which an
/// ordinary vector would leave behind.
#[derive(Default)]
pub(super) struct Scratch(Zeroizing<Vec<u8>>);

/// Bytes that a scratch has room for at first.
const ROOM: usize = 256;

impl Scratch {
    /// What was written since the last time it was emptied.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    pub(super) fn push(&mut self, byte: u8) {
        self.extend(&[byte]);
    }

    pub(super) fn extend(&mut self, bytes: &[u8]) {
        let needed = self.0.len() + bytes.len();
        if needed > self.0.capacity() {
            let mut larger = Zeroizing::new(Vec::with_capacity((2 * needed).max(ROOM)));
            larger.extend_from_slice(&self.0);
            self.0 = larger;
        }
        self.0.extend_from_slice(bytes);
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::{Debug, Display};

    use static_assertions::assert_not_impl_any;

    use super::*;

    assert_not_impl_any!(Plain: Debug, Display, Clone, Copy, Into<Vec<u8>>, Into<String>);
    assert_not_impl_any!(Scratch: Debug, Display, Clone, Copy, Into<Vec<u8>>, Into<String>);

    #[test]
    fn a_scratch_never_grows_where_it_is() {
        let mut scratch = Scratch::default();
        let mut expected = Vec::new();
        for round in 0..5_000_u32 {
            let bytes = round.to_le_bytes();
            scratch.extend(&bytes);
            scratch.push(7);
            expected.extend_from_slice(&bytes);
            expected.push(7);
        }
        assert_eq!(scratch.bytes(), expected);
        scratch.clear();
        assert!(scratch.bytes().is_empty());
    }
}
