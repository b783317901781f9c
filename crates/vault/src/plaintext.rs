//! A value on its way into the vault.

use std::mem;

use zeroize::{ZeroizeOnDrop, Zeroizing};

/// A value that is about to be sealed, and wiped from memory after it.
///
/// There is no way to look at it: it can be made, measured and sealed. It cannot be printed,
/// copied or serialized, so it cannot end in a log, an error or an answer by accident.
///
/// ```compile_fail,E0277
/// let value = vault::Plaintext::from(String::from("a value"));
/// println!("{value:?}");
/// ```
/// ```compile_fail,E0277
/// let value = vault::Plaintext::from(String::from("a value"));
/// println!("{value}");
/// ```
/// ```compile_fail,E0599
/// let value = vault::Plaintext::from(String::from("a value"));
/// let second = value.clone();
/// ```
/// ```compile_fail,E0277
/// fn serialize(value: impl serde::Serialize) {}
/// serialize(vault::Plaintext::from(String::from("a value")));
/// ```
/// ```compile_fail,E0616
/// let value = vault::Plaintext::from(String::from("a value"));
/// let bytes = value.0;
/// ```
/// Sealing takes it away, so that it cannot be used again:
/// ```compile_fail,E0382
/// # fn example(place: &vault::Place<'_>, key: &vault::PublicKey) {
/// let value = vault::Plaintext::from(String::from("a value"));
/// let sealed = vault::seal(value, place, key);
/// value.len();
/// # }
/// ```
pub struct Plaintext(Zeroizing<Vec<u8>>);

impl Plaintext {
    /// How many bytes it has.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether it has no bytes.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The bytes, for sealing.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

// The conversions take the buffer itself and copy nothing, so nothing stays behind.

impl From<Vec<u8>> for Plaintext {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }
}

impl From<String> for Plaintext {
    fn from(text: String) -> Self {
        text.into_bytes().into()
    }
}

impl From<Zeroizing<Vec<u8>>> for Plaintext {
    fn from(bytes: Zeroizing<Vec<u8>>) -> Self {
        Self(bytes)
    }
}

impl From<Zeroizing<String>> for Plaintext {
    fn from(mut text: Zeroizing<String>) -> Self {
        mem::take(&mut *text).into()
    }
}

impl ZeroizeOnDrop for Plaintext {}

#[cfg(test)]
mod tests {
    use std::fmt::{Debug, Display, LowerHex, Pointer};
    use std::ops::Deref;

    use static_assertions::{assert_impl_all, assert_not_impl_any};

    use super::*;

    assert_not_impl_any!(Plaintext: Debug, Display, LowerHex, Pointer, Clone, Copy);
    assert_not_impl_any!(Plaintext: PartialEq, PartialOrd, std::hash::Hash, Default);
    assert_not_impl_any!(Plaintext: AsRef<[u8]>, AsRef<str>, Deref, IntoIterator, Into<Vec<u8>>);
    assert_not_impl_any!(Plaintext: serde::Serialize, serde::de::DeserializeOwned);
    assert_impl_all!(Plaintext: ZeroizeOnDrop, Send, Sync);

    #[test]
    fn it_takes_the_buffer_without_a_copy() {
        let text = Zeroizing::new(String::from("a value of some length"));
        let address = text.as_ptr();
        let value = Plaintext::from(text);
        assert_eq!(
            (value.bytes().as_ptr(), value.len(), value.is_empty()),
            (address, 22, false)
        );
        assert!(Plaintext::from(Vec::new()).is_empty());
    }
}
