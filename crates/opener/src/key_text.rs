//! The text of a private key: one line, `relay-vault-key-v1:` and 32 bytes in base64url.

use base64ct::{Base64Unpadded, Base64UrlUnpadded, Encoding};
use hpke::{Deserializable, Serializable};
use vault::suite::{KEY_LENGTH, Kem};
use zeroize::Zeroizing;

use crate::key_error::{KeyError, KeyOrigin};

/// What the text of a key begins with. A later format has another number.
pub const KEY_FORMAT: &str = "relay-vault-key-v1:";

/// Characters of 32 bytes in base64 without padding.
const ENCODED_LENGTH: usize = 43;

/// A private key; it is wiped when it is dropped.
pub(crate) type PrivateKey = <Kem as hpke::Kem>::PrivateKey;

/// The line for a key file, with its line end.
pub(crate) fn write(key: &PrivateKey) -> Zeroizing<String> {
    let mut bytes = Zeroizing::new([0; KEY_LENGTH]);
    key.write_exact(&mut *bytes);
    let encoded = Zeroizing::new(Base64UrlUnpadded::encode_string(&*bytes));
    let mut line = Zeroizing::new(String::with_capacity(KEY_FORMAT.len() + ENCODED_LENGTH + 1));
    line.push_str(KEY_FORMAT);
    line.push_str(&encoded);
    line.push('\n');
    line
}

/// Reads the text of a key file: the one line, with or without its line end, and nothing else.
pub(crate) fn read(text: &str, origin: KeyOrigin) -> Result<Box<PrivateKey>, KeyError> {
    if text.trim().is_empty() {
        return Err(KeyError::Empty(origin));
    }
    let line = text.strip_suffix('\n').unwrap_or(text);
    let line = line.strip_suffix('\r').unwrap_or(line);
    match line.strip_prefix(KEY_FORMAT) {
        Some(encoded) => decode::<Base64UrlUnpadded>(encoded, origin),
        None => Err(KeyError::Malformed(origin)),
    }
}

/// Reads a key that was given in an environment variable: the line of a key file, or 32 bytes in
/// any usual base64, as people make them with a tool of their own.
pub(crate) fn read_given(text: &str) -> Result<Box<PrivateKey>, KeyError> {
    let text = text.trim();
    if text.is_empty() || text.starts_with(KEY_FORMAT) {
        return read(text, KeyOrigin::Text);
    }
    let text = text.trim_end_matches('=');
    if text.contains(['+', '/']) {
        decode::<Base64Unpadded>(text, KeyOrigin::Text)
    } else {
        decode::<Base64UrlUnpadded>(text, KeyOrigin::Text)
    }
}

fn decode<E: Encoding>(encoded: &str, origin: KeyOrigin) -> Result<Box<PrivateKey>, KeyError> {
    let base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"+/-_".contains(&byte);
    if !encoded.bytes().all(base64) {
        return Err(KeyError::Malformed(origin));
    }
    if encoded.len() != ENCODED_LENGTH {
        return Err(KeyError::WrongLength(origin));
    }
    let mut bytes = Zeroizing::new([0; KEY_LENGTH]);
    if E::decode(encoded, &mut *bytes).is_err() {
        return Err(KeyError::Malformed(origin));
    }
    match PrivateKey::from_bytes(&*bytes) {
        // On the heap, so that moving it leaves no copy on a stack.
        Ok(key) => Ok(Box::new(key)),
        Err(_) => Err(KeyError::Malformed(origin)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "relay-vault-key-v1:CPv_BAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eH38";

    fn key() -> [u8; KEY_LENGTH] {
        let mut key = std::array::from_fn(|at| u8::try_from(at + 1).unwrap());
        (key[0], key[1], key[2], key[31]) = (8, 0xfb, 0xff, 0x7f);
        key
    }

    fn bytes(key: &PrivateKey) -> [u8; KEY_LENGTH] {
        key.to_bytes().into()
    }

    fn file() -> KeyOrigin {
        KeyOrigin::File("/data/vault.key".into())
    }

    #[test]
    fn the_format_is_frozen() {
        assert_eq!(
            *write(&PrivateKey::from_bytes(&key()).unwrap()),
            format!("{KEY}\n")
        );
        for end in ["", "\n", "\r\n"] {
            assert_eq!(bytes(&read(&format!("{KEY}{end}"), file()).unwrap()), key());
        }
    }

    #[test]
    fn a_file_holds_the_one_line_and_nothing_else() {
        let bare = KEY.strip_prefix(KEY_FORMAT).unwrap();
        for wrong in [
            bare.to_owned(),
            format!("relay-vault-key-v2:{bare}"),
            format!(" {KEY}"),
            format!("{KEY} "),
            format!("{KEY}\n\n"),
            format!("{KEY}\n{KEY}\n"),
            format!("{KEY}="),
            KEY.replace('_', "/"),
            KEY.replace("H38", "H39"), // bits behind the last byte
            KEY.replace("CPv_", "CP!_"),
            KEY.to_uppercase(),
            "-----BEGIN PRIVATE KEY-----".to_owned(),
        ] {
            let error = read(&wrong, file()).map(|_| ()).unwrap_err();
            assert!(matches!(error, KeyError::Malformed(_)), "{wrong:?}");
            let sentence = "the key file /data/vault.key does not hold a vault key: \
                it must be one line that begins with `relay-vault-key-v1:`";
            assert_eq!(error.to_string(), sentence);
        }
        for length in [0, 1, 42, 44, 86] {
            let text = format!("{KEY_FORMAT}{}", "A".repeat(length));
            let error = read(&text, file()).map(|_| ()).unwrap_err();
            let sentence = "the key file /data/vault.key holds a vault key of the wrong length: \
                it must be 32 bytes, 43 characters in base64";
            assert_eq!(error.to_string(), sentence);
        }
        for empty in ["", "\n", "  \r\n"] {
            let error = read(empty, file()).map(|_| ()).unwrap_err();
            assert_eq!(error.to_string(), "the key file /data/vault.key is empty");
        }
    }

    #[test]
    fn a_given_text_may_also_be_plain_base64() {
        let bare = KEY.strip_prefix(KEY_FORMAT).unwrap();
        let standard = bare.replace('_', "/");
        for text in [
            KEY.to_owned(),
            format!("  {KEY}\n"),
            bare.to_owned(),
            format!("{bare}=\n"),
            standard.clone(),
            format!("{standard}="),
        ] {
            assert_eq!(bytes(&read_given(&text).unwrap()), key(), "{text:?}");
        }
        for (text, sentence) in [
            ("", "the vault key that was given as text is empty"),
            (" \n", "the vault key that was given as text is empty"),
            (
                "AQID",
                "the vault key that was given as text holds a vault key of the wrong length",
            ),
            (
                "not a key",
                "the vault key that was given as text does not hold a vault key",
            ),
            (
                "relay-vault-key-v2:AQID",
                "the vault key that was given as text does not hold",
            ),
        ] {
            let error = read_given(text).map(|_| ()).unwrap_err().to_string();
            assert!(error.starts_with(sentence), "{text:?}: {error}");
        }
    }
}
