//! The controls of a form as it was sent, encoded. Each is decoded only when somebody asks for it, into
//! a buffer that is wiped, because any of them may be a value or a password.

use percent_encoding::percent_decode;
use zeroize::Zeroizing;

/// A control of a form: its name and what was entered, both encoded.
pub(super) struct Control<'a> {
    name: &'a [u8],
    entered: &'a [u8],
}

/// The controls of a form, in its order.
pub(super) fn controls(form: &[u8]) -> impl Iterator<Item = Control<'_>> {
    let pairs = form.split(|byte| *byte == b'&');
    pairs.filter(|pair| !pair.is_empty()).map(|pair| {
        let mut parts = pair.splitn(2, |byte| *byte == b'=');
        Control {
            name: parts.next().unwrap_or_default(),
            entered: parts.next().unwrap_or_default(),
        }
    })
}

impl Control<'_> {
    /// Its name.
    pub(super) fn name(&self) -> Zeroizing<String> {
        text(self.name)
    }

    /// What was entered.
    pub(super) fn entered(&self) -> Zeroizing<String> {
        text(self.entered)
    }
}

/// Whether what was sent is text in UTF-8. In a form that is, every name and everything entered is.
pub(super) fn is_text(sent: &[u8]) -> bool {
    str::from_utf8(&decoded(sent)).is_ok()
}

/// Part of a form that is text; of any other, nothing.
fn text(encoded: &[u8]) -> Zeroizing<String> {
    match String::from_utf8(std::mem::take(&mut *decoded(encoded))) {
        Ok(text) => Zeroizing::new(text),
        Err(wrong) => {
            drop(Zeroizing::new(wrong.into_bytes()));
            Zeroizing::default()
        }
    }
}

/// The bytes that stand for themselves, as `%XX`, or as `+` for a blank. The buffer never grows, so no
/// other one was freed with a part of them.
fn decoded(encoded: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(encoded.len()));
    for (before, part) in encoded.split(|byte| *byte == b'+').enumerate() {
        if before > 0 {
            bytes.push(b' ');
        }
        bytes.extend(percent_decode(part));
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORMS: [&str; 12] = [
        "",
        "&&a=1&&",
        "a",
        "a=",
        "=a",
        "a=b=c&d=%3D%26%2B",
        "a+b=c++d+&+=+",
        "values%5Btoken%5D=%C3%A4%E2%82%AC+x",
        "a=%2+%zz%&b=100%",
        "a=%00%0D%0A",
        "your_password=p%40ss+w%C3%B6rd&a=1&your_password=2",
        "a=\u{e4}\u{20ac}",
    ];

    #[test]
    fn a_form_is_read_as_everybody_reads_it() {
        for form in FORMS {
            let read = controls(form.as_bytes());
            let read: Vec<_> = read
                .map(|one| (one.name().to_string(), one.entered().to_string()))
                .collect();
            let expected: Vec<_> = form_urlencoded::parse(form.as_bytes())
                .map(|(name, entered)| (name.into_owned(), entered.into_owned()))
                .collect();
            assert_eq!(read, expected, "{form}");
            assert!(is_text(form.as_bytes()), "{form}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_told() {
        for sent in [&b"a=%FF"[..], b"a=%C3&b=%A4", b"a=\xff", b"%C3=%A4"] {
            assert!(!is_text(sent), "{sent:?}");
        }
        assert_eq!(*text(b"x%FF"), "");
    }

    #[test]
    fn what_is_decoded_is_in_no_second_buffer() {
        for form in FORMS {
            let buffer = decoded(form.as_bytes());
            let same = Vec::<u8>::with_capacity(form.len());
            assert_eq!(buffer.capacity(), same.capacity(), "{form}");
            // The text is in the buffer that was decoded into.
            assert_eq!(text(form.as_bytes()).capacity(), same.capacity(), "{form}");
        }
    }
}
