//! The forms in which programs print a value.

use std::collections::BTreeSet;

use super::plain::{Plain, Scratch};
use super::windows::{Hashes, WIDTH};
use super::{SHORTEST, base64, echo};

/// Longer values are looked for as they are and by their lines; their other forms, which together
/// are many times as long, and parts of their lines by windows.
pub(super) const LONGEST: usize = 16 * 1024;

/// Forms that are rare, and many times as long as the value, are only looked for of values up to this
/// length: all forms together have to find room.
const RARE: usize = 4 * 1024;

/// Lines that only a shell makes of a value are looked for alone from this length: shorter ones are
/// often words like any other.
const SHORTEST_ECHO: usize = 8;

/// Everything by which a value is found.
#[derive(Default)]
pub(super) struct Forms {
    /// Forms as they are.
    pub(super) whole: BTreeSet<Plain>,
    /// Windows of longer ones.
    pub(super) windows: Hashes,
}

/// The whole of a value, each of its lines, and all of these encoded. Nothing for a value of fewer
/// than four characters.
pub(super) fn forms(value: &[u8]) -> Forms {
    let mut forms = Forms::default();
    let characters = match std::str::from_utf8(value) {
        Ok(text) => text.chars().count(),
        Err(_) => value.len(),
    };
    if characters < SHORTEST {
        return forms;
    }
    let mut parts = BTreeSet::from([value]);
    parts.insert(value.trim_ascii());
    for line in value.split(|byte| matches!(byte, b'\n' | b'\r')) {
        parts.insert(line.trim_ascii());
    }
    for part in parts {
        if part.len() >= SHORTEST {
            forms.whole.insert(part.into());
            if value.len() > LONGEST {
                forms.windows.add(part);
            }
            encoded(part, &mut |form| match form.len() {
                0..SHORTEST => {}
                length if value.len() > LONGEST && length > WIDTH => forms.windows.add(form),
                _ => {
                    forms.whole.insert(form.into());
                }
            });
        }
    }
    echo::texts(value, &mut |text, is_whole| {
        let shortest = if is_whole { SHORTEST } else { SHORTEST_ECHO };
        if text.len() >= shortest {
            forms.whole.insert(text.into());
            if value.len() > LONGEST {
                forms.windows.add(text);
            }
        }
    });
    forms
}

/// A value in all of its forms but the plain one.
pub(super) fn encoded(value: &[u8], add: &mut impl FnMut(&[u8])) {
    let mut form = Scratch::default();
    let mut again = Scratch::default();
    base64::forms(value, &mut form, &mut |text| {
        add(text);
        if value.len() <= RARE {
            packed(text, &mut again, add);
        }
    });
    let mut tell = |write: &dyn Fn(&mut Scratch)| {
        form.clear();
        write(&mut form);
        add(form.bytes());
    };
    for upper in [false, true] {
        for (before, between) in [("", ""), ("", " "), ("", ":"), (r"\x", "")] {
            tell(&|form| hexadecimal(value, upper, before, between, form));
        }
    }
    for safe in [PLAIN, COMPONENT, PATH, FORM, WHOLE] {
        for upper in [false, true] {
            for plus in [false, true] {
                tell(&|form| percent(value, safe, upper, plus, form));
            }
        }
    }
    if value.len() <= RARE {
        for upper in [false, true] {
            // As those write an address who escape letters and digits as well.
            tell(&|form| hexadecimal(value, upper, "%", "", form));
        }
    }
    let Ok(text) = std::str::from_utf8(value) else {
        return;
    };
    for style in JSON {
        tell(&|form| json(text, style, form));
    }
    if value.len() <= RARE {
        for upper in [false, true] {
            tell(&|form| every_character(text, upper, form));
        }
    }
    // JSON inside JSON.
    let mut once = Scratch::default();
    json(text, &JSON[0], &mut once);
    if let Ok(once) = std::str::from_utf8(once.bytes()) {
        tell(&|form| json(once, &JSON[0], form));
    }
    tell(&|form| quoted(value, form));
    for quote in ["&#39;", "&#x27;", "&apos;", "'"] {
        for double in ["&quot;", "&#34;", "\""] {
            tell(&|form| markup(value, quote, double, form));
        }
    }
}

/// Two digits for each byte, with `before` in front of them and `between` two of them.
fn hexadecimal(value: &[u8], upper: bool, before: &str, between: &str, form: &mut Scratch) {
    for (at, byte) in value.iter().enumerate() {
        if at > 0 {
            form.extend(between.as_bytes());
        }
        form.extend(before.as_bytes());
        form.extend(&digits(*byte, upper));
    }
}

fn digits(byte: u8, upper: bool) -> [u8; 2] {
    [digit(byte >> 4, upper), digit(byte & 15, upper)]
}

fn digit(value: u8, upper: bool) -> u8 {
    match value {
        0..=9 => b'0' + value,
        _ if upper => b'A' + value - 10,
        _ => b'a' + value - 10,
    }
}

// What is left as it is beside letters and digits, by different libraries: only what the standard
// calls unreserved; JavaScript's encodeURIComponent; paths in Python; forms; JavaScript's encodeURI.
const PLAIN: &[u8] = b"-_.~";
const COMPONENT: &[u8] = b"-_.~!'()*";
const PATH: &[u8] = b"-_.~/";
const FORM: &[u8] = b"-_.*";
const WHOLE: &[u8] = b"-_.~!'()*;/?:@&=+$,#";

fn percent(value: &[u8], safe: &[u8], upper: bool, plus: bool, form: &mut Scratch) {
    for byte in value {
        match byte {
            b' ' if plus => form.push(b'+'),
            _ if byte.is_ascii_alphanumeric() || safe.contains(byte) => form.push(*byte),
            _ => {
                form.push(b'%');
                form.extend(&digits(*byte, upper));
            }
        }
    }
}

/// Base64 in an address or in JSON, where that changes it.
fn packed(text: &[u8], form: &mut Scratch, add: &mut impl FnMut(&[u8])) {
    let has = |bytes: &[u8]| text.iter().any(|byte| bytes.contains(byte));
    if has(b"+/=") {
        for upper in [false, true] {
            form.clear();
            percent(text, PLAIN, upper, false, form);
            add(form.bytes());
        }
    }
    if has(b"/")
        && let Ok(text) = std::str::from_utf8(text)
    {
        form.clear();
        json(text, &PHP, form);
        add(form.bytes());
    }
}

/// How a library writes text in JSON.
struct Json {
    /// Characters it writes as `\u` although it need not.
    more: &'static str,
    /// Whether it does so with everything beyond ASCII.
    ascii: bool,
    /// Whether it writes `\/`.
    slash: bool,
    /// Whether the digits behind `\u` are capitals.
    upper: bool,
}

const PHP: Json = json_style("", false, true, false);

const JSON: &[Json] = &[
    // JavaScript, serde
    json_style("", false, false, false),
    // Python
    json_style("", true, false, false),
    json_style("", true, false, true),
    // PHP with and without its flag for Unicode
    PHP,
    json_style("", true, true, false),
    // Go, Rails
    json_style("<>&\u{2028}\u{2029}", false, false, false),
    json_style("<>&", true, false, false),
    // Gson
    json_style("<>&='\u{2028}\u{2029}", false, false, false),
    // Django, PHP with its flags for HTML
    json_style("<>&", true, false, true),
    json_style("<>&'\"", true, true, true),
    // .NET
    json_style("<>&'\"+`\u{7f}", true, false, true),
];

const fn json_style(more: &'static str, ascii: bool, slash: bool, upper: bool) -> Json {
    Json {
        more,
        ascii,
        slash,
        upper,
    }
}

fn json(text: &str, style: &Json, form: &mut Scratch) {
    for character in text.chars() {
        let as_number = (style.ascii && !character.is_ascii()) || style.more.contains(character);
        match character {
            '"' if !as_number => form.extend(b"\\\""),
            '\\' => form.extend(b"\\\\"),
            '\n' => form.extend(b"\\n"),
            '\r' => form.extend(b"\\r"),
            '\t' => form.extend(b"\\t"),
            '\u{8}' => form.extend(b"\\b"),
            '\u{c}' => form.extend(b"\\f"),
            '/' if style.slash => form.extend(b"\\/"),
            _ if as_number || character < ' ' => number(character, style.upper, form),
            _ => form.extend(character.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
}

/// JSON by those who write each character as `\u`.
fn every_character(text: &str, upper: bool, form: &mut Scratch) {
    text.chars()
        .for_each(|character| number(character, upper, form));
}

fn number(character: char, upper: bool, form: &mut Scratch) {
    for unit in character.encode_utf16(&mut [0; 2]) {
        form.extend(b"\\u");
        for byte in unit.to_be_bytes() {
            form.extend(&digits(byte, upper));
        }
    }
}

/// As a shell has it between single quotes.
fn quoted(value: &[u8], form: &mut Scratch) {
    for byte in value {
        match byte {
            b'\'' => form.extend(br"'\''"),
            _ => form.push(*byte),
        }
    }
}

fn markup(value: &[u8], quote: &str, double: &str, form: &mut Scratch) {
    for byte in value {
        match byte {
            b'&' => form.extend(b"&amp;"),
            b'<' => form.extend(b"&lt;"),
            b'>' => form.extend(b"&gt;"),
            b'\'' => form.extend(quote.as_bytes()),
            b'"' => form.extend(double.as_bytes()),
            _ => form.push(*byte),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn knows(value: &str, form: &str) {
        assert!(
            forms(value.as_bytes()).whole.contains(form.as_bytes()),
            "{form} is not among the forms of {value}"
        );
    }

    #[test]
    fn values_below_four_characters_have_no_forms() {
        for short in ["", "a", "abc", "äöü", "\n\n\n"] {
            assert!(forms(short.as_bytes()).whole.is_empty(), "{short:?}");
        }
        assert!(!forms(b"abcd").whole.is_empty());
        assert!(!forms("äöüß".as_bytes()).whole.is_empty());
    }

    #[test]
    fn short_lines_are_left_out() {
        let forms = forms(b"first line\nabc\nlast line\n").whole;
        assert!(forms.contains(b"first line".as_slice()));
        assert!(forms.contains(b"last line".as_slice()));
        assert!(forms.contains(b"first line\nabc\nlast line\n".as_slice()));
        assert!(!forms.contains(b"abc".as_slice()));
    }

    #[test]
    fn what_libraries_really_write() {
        let value = "pä/ss w\"ö'r+d<&>=\n\u{1f600}~*!";
        // Each of these was printed by the library named.
        for form in [
            // json.dumps of Python, with and without ensure_ascii
            r#"p\u00e4/ss w\"\u00f6'r+d<&>=\n\ud83d\ude00~*!"#,
            "pä/ss w\\\"ö'r+d<&>=\\n\u{1f600}~*!",
            // json_encode of PHP
            r#"p\u00e4\/ss w\"\u00f6'r+d<&>=\n\ud83d\ude00~*!"#,
            // encoding/json of Go
            "pä/ss w\\\"ö'r+d\\u003c\\u0026\\u003e=\\n\u{1f600}~*!",
            // System.Text.Json of .NET
            r"p\u00E4/ss w\u0022\u00F6\u0027r\u002Bd\u003C\u0026\u003E=\n\uD83D\uDE00~*!",
            // urllib.parse.quote and quote_plus of Python
            "p%C3%A4/ss%20w%22%C3%B6%27r%2Bd%3C%26%3E%3D%0A%F0%9F%98%80~%2A%21",
            "p%C3%A4%2Fss+w%22%C3%B6%27r%2Bd%3C%26%3E%3D%0A%F0%9F%98%80~%2A%21",
            // encodeURIComponent and encodeURI of JavaScript
            "p%C3%A4%2Fss%20w%22%C3%B6'r%2Bd%3C%26%3E%3D%0A%F0%9F%98%80~*!",
            "p%C3%A4/ss%20w%22%C3%B6'r+d%3C&%3E=%0A%F0%9F%98%80~*!",
            // URLEncoder of Java
            "p%C3%A4%2Fss+w%22%C3%B6%27r%2Bd%3C%26%3E%3D%0A%F0%9F%98%80%7E*%21",
        ] {
            knows(value, form);
        }
    }

    #[test]
    fn hexadecimal_quotes_and_markup() {
        knows("it's", "69742773");
        knows("\u{7f}J+k", "7F4A2B6B");
        knows("it's", r"it'\''s");
        knows("a<b&'c'", "a&lt;b&amp;&#39;c&#39;");
        knows("a\"bc", r#"a\\\"bc"#);
    }

    #[test]
    fn forms_in_forms() {
        knows("?>~?>?secret??>>>", "Pz5%2BPz4%2Fc2VjcmV0Pz8%2BPj4%3D");
        knows("?>~?>?secret??>>>", "Pz5%2bPz4%2fc2VjcmV0Pz8%2bPj4");
        knows("?>~?>?secret??>>>", r"Pz5+Pz4\/c2VjcmV0Pz8+Pj4=");
        knows("Wx7-", "%57%78%37%2d");
        knows("Wx7-", r"\u0057\u0078\u0037\u002d");
        knows("Wx7-", r"\u0057\u0078\u0037\u002D");
    }

    #[test]
    fn what_echo_makes_of_it() {
        // Each was printed by the echo of dash, and the last two by that of bash with -e.
        knows(r"C:\temp\new\report-PW", "C:\temp\new\report-PW");
        knows(r"Corp\new-admin\t0p", "Corp\new-admin\t0p");
        knows(r"Corp\new-admin\t0p", "ew-admin\t0p");
        knows(r"ab\\cd-EFGH", r"ab\cd-EFGH");
        knows(r"CANARY\7f3a9cS", "CANARY\u{7}f3a9cS");
        knows(r"s3cr3t\cTAIL", "s3cr3t");
        knows(r"pass\x41word\e", "passAword\u{1b}");
        let forms = forms(br"Corp\new-admin").whole;
        assert!(!forms.contains(b"Corp".as_slice()), "a word like any other");
    }

    #[test]
    fn bytes_that_are_no_text_are_known_too() {
        let forms = forms(&[0xff, 0xfe, 0x00, 0x80]).whole;
        assert!(forms.contains(b"fffe0080".as_slice()));
        assert!(forms.contains(b"%ff%fe%00%80".as_slice()));
    }
}
