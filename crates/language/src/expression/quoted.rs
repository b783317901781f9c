//! Texts in quotes.

/// The text between the quotes, after escapes; none when it is not closed or an escape is wrong.
pub(crate) fn unquote(word: &str) -> Option<Vec<u8>> {
    let quote = word.chars().next()?;
    let inner = word.get(1..)?.strip_suffix(quote)?;
    if quote == '`' {
        return Some(inner.replace('\r', "").into_bytes());
    }
    let mut bytes = Vec::with_capacity(inner.len());
    let mut rest = inner.chars();
    while let Some(c) = rest.next() {
        if c == quote || c == '\n' {
            return None;
        }
        if c != '\\' {
            push(&mut bytes, c);
            continue;
        }
        match rest.next()? {
            'a' => bytes.push(7),
            'b' => bytes.push(8),
            'f' => bytes.push(12),
            'n' => bytes.push(b'\n'),
            'r' => bytes.push(b'\r'),
            't' => bytes.push(b'\t'),
            'v' => bytes.push(11),
            '\\' => bytes.push(b'\\'),
            c if c == quote => push(&mut bytes, c),
            'x' => bytes.push(u8::try_from(code(&mut rest, 2, 16)?).ok()?),
            'u' => push(&mut bytes, char::from_u32(code(&mut rest, 4, 16)?)?),
            'U' => push(&mut bytes, char::from_u32(code(&mut rest, 8, 16)?)?),
            first @ '0'..='7' => {
                let high = first.to_digit(8)?;
                let low = code(&mut rest, 2, 8)?;
                bytes.push(u8::try_from(high * 64 + low).ok()?);
            }
            _ => return None,
        }
    }
    Some(bytes)
}

fn push(bytes: &mut Vec<u8>, c: char) {
    bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
}

fn code(rest: &mut std::str::Chars<'_>, digits: usize, radix: u32) -> Option<u32> {
    (0..digits).try_fold(0_u32, |code, _| {
        code.checked_mul(radix)?
            .checked_add(rest.next()?.to_digit(radix)?)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes() {
        for (word, expected) in [
            ("'a'", Some("a")),
            (r"'it\'s'", Some("it's")),
            (r#"'"'"#, Some("\"")),
            (r#"'\"'"#, None),
            (r#""\n\t\\""#, Some("\n\t\\")),
            (r#""\x41\u00e9\101""#, Some("AéA")),
            (r#""\q""#, None),
            ("\"a", None),
            ("\"", None),
            (r"`a\n`", Some("a\\n")),
            (r"'\'", None),
        ] {
            let found = unquote(word);
            assert_eq!(found.as_deref(), expected.map(str::as_bytes), "{word}");
        }
        assert_eq!(unquote(r#""\xff""#), Some(vec![255]));
    }
}
