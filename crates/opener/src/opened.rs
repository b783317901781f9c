//! A value that was opened for a step.

use zeroize::{ZeroizeOnDrop, Zeroizing};

/// A value outside the vault. It is wiped from memory when it is dropped, and can only be looked at
/// on purpose, with [`expose`](Self::expose): it cannot be printed, copied or serialized.
///
/// ```compile_fail,E0277
/// fn example(value: opener::Opened) { println!("{value:?}"); }
/// ```
/// ```compile_fail,E0277
/// fn example(value: opener::Opened) { println!("{value}"); }
/// ```
/// ```compile_fail,E0599
/// fn example(value: opener::Opened) { let second = value.clone(); }
/// ```
/// ```compile_fail,E0277
/// fn serialize(value: impl serde::Serialize) {}
/// fn example(value: opener::Opened) { serialize(value); }
/// ```
pub struct Opened(Zeroizing<Vec<u8>>);

impl Opened {
    pub(crate) fn new(bytes: Zeroizing<Vec<u8>>) -> Self {
        Self(bytes)
    }

    /// The bytes, exactly as they were sealed. Copy them nowhere that outlives this value.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl ZeroizeOnDrop for Opened {}

#[cfg(test)]
mod tests {
    use std::fmt::{Debug, Display, LowerHex, Pointer};
    use std::ops::Deref;

    use static_assertions::{assert_impl_all, assert_not_impl_any};

    use super::*;

    assert_not_impl_any!(Opened: Debug, Display, LowerHex, Pointer, Clone, Copy);
    assert_not_impl_any!(Opened: PartialEq, PartialOrd, std::hash::Hash, Default);
    assert_not_impl_any!(Opened: AsRef<[u8]>, AsRef<str>, Deref, IntoIterator, Into<Vec<u8>>);
    assert_not_impl_any!(Opened: serde::Serialize, serde::de::DeserializeOwned);
    assert_impl_all!(Opened: ZeroizeOnDrop, Send, Sync);
}
