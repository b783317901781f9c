//! What a shell prints of a value that has backslashes in it, although the step asked for nothing but
//! to have it printed: the `echo` of Debian's `/bin/sh` takes them for escapes, as that of bash does
//! with `-e`.

use super::plain::Scratch;

/// Whose `echo` it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shell {
    Dash,
    Bash,
}

/// Tells every text that an `echo` makes of a value, where that is another one, and whether it is the
/// whole of it or one of its lines.
pub(super) fn texts(value: &[u8], tell: &mut impl FnMut(&[u8], bool)) {
    if !value.contains(&b'\\') {
        return;
    }
    let mut text = Scratch::default();
    for shell in [Shell::Dash, Shell::Bash] {
        text.clear();
        unescape(value, shell, &mut text);
        if text.bytes() == value {
            continue;
        }
        tell(text.bytes(), true);
        tell(text.bytes().trim_ascii(), true);
        for line in text.bytes().split(|byte| matches!(byte, b'\n' | b'\r')) {
            tell(line.trim_ascii(), false);
        }
    }
}

fn unescape(value: &[u8], shell: Shell, text: &mut Scratch) {
    let mut rest = value;
    while let Some((byte, behind)) = rest.split_first() {
        rest = behind;
        if *byte != b'\\' {
            text.push(*byte);
            continue;
        }
        let Some((kind, behind)) = rest.split_first() else {
            text.push(b'\\');
            return;
        };
        let one = match kind {
            // What comes behind is not printed.
            b'c' => return,
            b'a' => Some(7),
            b'b' => Some(8),
            b'e' => Some(27),
            b'E' if shell == Shell::Bash => Some(27),
            b'f' => Some(12),
            b'n' => Some(b'\n'),
            b'r' => Some(b'\r'),
            b't' => Some(b'\t'),
            b'v' => Some(11),
            b'\\' => Some(b'\\'),
            _ => None,
        };
        if let Some(one) = one {
            text.push(one);
            rest = behind;
        } else if let Some(behind) = by_number(rest, shell, text) {
            rest = behind;
        } else {
            // It is none, and stays.
            text.push(b'\\');
        }
    }
}

/// Writes the character of an escape by number, which is given without its backslash, and answers what
/// comes behind it; `None` when it is none.
fn by_number<'a>(escape: &'a [u8], shell: Shell, text: &mut Scratch) -> Option<&'a [u8]> {
    let (kind, behind) = escape.split_first()?;
    let octal = |digits: &'a [u8]| {
        let (number, behind) = number(digits, 8, 3);
        // As the shells do: of more than a byte only the lowest eight bits count.
        (number.to_le_bytes()[0], behind)
    };
    match (kind, shell) {
        (b'0', _) => {
            let (byte, behind) = octal(behind);
            text.push(byte);
            Some(behind)
        }
        (b'1'..=b'7', Shell::Dash) => {
            let (byte, behind) = octal(escape);
            text.push(byte);
            Some(behind)
        }
        (b'x' | b'u' | b'U', Shell::Bash) => {
            let most = match kind {
                b'x' => 2,
                b'u' => 4,
                _ => 8,
            };
            let (number, rest) = number(behind, 16, most);
            if rest.len() == behind.len() {
                return None;
            }
            if *kind == b'x' {
                text.push(number.to_le_bytes()[0]);
            } else {
                let character = char::from_u32(number)?;
                text.extend(character.encode_utf8(&mut [0; 4]).as_bytes());
            }
            Some(rest)
        }
        _ => None,
    }
}

/// The number that so many digits at most begin with, and what comes behind them.
fn number(digits: &[u8], radix: u32, most: usize) -> (u32, &[u8]) {
    let mut number = 0;
    let mut rest = digits;
    for _ in 0..most {
        let Some((digit, behind)) = rest.split_first() else {
            break;
        };
        let Some(digit) = char::from(*digit).to_digit(radix) else {
            break;
        };
        number = number * radix + digit;
        rest = behind;
    }
    (number, rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn echoed(value: &str, shell: Shell) -> Vec<u8> {
        let mut text = Scratch::default();
        unescape(value.as_bytes(), shell, &mut text);
        text.bytes().to_vec()
    }

    #[test]
    fn shells_really_print_this() {
        // Each was printed by dash 0.5.12, and by bash 5.2 with `-e`.
        for (value, dash, bash) in [
            (r"a\eb", "a\x1bb", "a\x1bb"),
            (r"a\Eb", r"a\Eb", "a\x1bb"),
            (r"a\x41b", r"a\x41b", "aAb"),
            (r"a\7b", "a\x07b", r"a\7b"),
            (r"a\07b", "a\x07b", "a\x07b"),
            (r"a\0b", "a\0b", "a\0b"),
            (r"a\08b", "a\08b", "a\08b"),
            (r"a\0101b", "aAb", "aAb"),
            (r"a\101b", "aAb", r"a\101b"),
            (r"a\400b", "a\0b", r"a\400b"),
            (r"a\8b", r"a\8b", r"a\8b"),
            (r"a\u0041b", r"a\u0041b", "aAb"),
            (r"a\u00e4b", r"a\u00e4b", "aäb"),
            (r"a\xzz", r"a\xzz", r"a\xzz"),
            (r"a\qb", r"a\qb", r"a\qb"),
            (r"a\\b", r"a\b", r"a\b"),
            (r"a\\\nb", "a\\\nb", "a\\\nb"),
            (r"a\cb", "a", "a"),
            (r"a\", r"a\", r"a\"),
        ] {
            assert_eq!(echoed(value, Shell::Dash), dash.as_bytes(), "{value}");
            assert_eq!(echoed(value, Shell::Bash), bash.as_bytes(), "{value}");
        }
    }
}
