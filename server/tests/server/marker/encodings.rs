//! The spellings under which a value could leave Relay by accident, each as a function of bytes.
//!
//! Every one of them is something that Relay, a package it uses or a database it writes to does with
//! text or bytes; why, stands beside it.

use std::fmt::Write as _;

/// Writes bytes down in some way.
pub(crate) type Encode = fn(&[u8]) -> Vec<u8>;

/// All of them, by name.
pub(crate) const ENCODINGS: [(&str, Encode); 36] = [
    // A message with the value in it; a row that was never sealed.
    ("as it is", <[u8]>::to_vec),
    // A number printed from its little end, a buffer filled from its end.
    ("backwards", backwards),
    // Addresses and the names of headers are compared in lower case, codes in upper case.
    ("lower case", lower),
    ("upper case", upper),
    // A hash or an id that is none; a column of bytes in pg_dump.
    ("hexadecimal", hexadecimal),
    ("hexadecimal in capitals", hexadecimal_in_capitals),
    // Dumps of a protocol, fingerprints of keys.
    ("hexadecimal with blanks", hexadecimal_with_blanks),
    ("hexadecimal with colons", hexadecimal_with_colons),
    // A C string of bytes.
    ("each byte as \\x", each_as_x),
    // `{:?}` of a list of bytes, and the same list as JSON.
    ("a list of bytes", list),
    ("a compact list of bytes", compact_list),
    // Bytes in a text: cookies, sealed values, keys. Three, because what stands before it shifts it;
    // padding is at the end, beyond what is searched for.
    ("base64", base64_0),
    ("base64 behind one byte", base64_1),
    ("base64 behind two bytes", base64_2),
    ("base64 for addresses", base64url_0),
    ("base64 for addresses behind one byte", base64url_1),
    ("base64 for addresses behind two bytes", base64url_2),
    // An address or a form, by browsers, by `form_urlencoded`, by `percent-encoding`.
    ("percent signs", percent),
    ("percent signs and small digits", percent_small),
    ("a percent sign before each byte", percent_each),
    ("a form", form),
    // The address of the page that is to follow another one, inside the address of that one.
    ("percent signs twice", percent_twice),
    // An answer to a script; a page's data; the detail of an entry in the ledger.
    ("JSON", json),
    ("JSON in ASCII", json_ascii),
    // JSON that may stand in a page.
    ("each unit as \\u", json_each),
    // A problem inside a log line or inside an answer of the framework.
    ("JSON in JSON", json_twice),
    // The renderer's own, and those of other tools that a page passes.
    ("HTML", html),
    ("each character as a decimal entity", html_decimal),
    ("each character as a hexadecimal entity", html_hexadecimal),
    // What a browser and some drivers keep of text.
    ("UTF-16", utf16_little),
    ("UTF-16, big end first", utf16_big),
    // `{:?}` of a text, and of the bytes that hyper and sqlx carry, in traces.
    ("Rust's own of a text", rust_text),
    ("Rust's own of bytes", rust_bytes),
    // A statement that was put together; a text of YAML; a cell of an export.
    ("quotes twice", quotes_twice),
    ("double quotes twice", double_quotes_twice),
    // Bytes taken for characters, as a header or a driver may.
    ("taken for Latin-1", latin_1),
];

fn backwards(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().rev().copied().collect()
}

fn lower(bytes: &[u8]) -> Vec<u8> {
    text(bytes).to_lowercase().into_bytes()
}

fn upper(bytes: &[u8]) -> Vec<u8> {
    text(bytes).to_uppercase().into_bytes()
}

fn hexadecimal(bytes: &[u8]) -> Vec<u8> {
    each(bytes, "", |out, byte| write!(out, "{byte:02x}"))
}

fn hexadecimal_in_capitals(bytes: &[u8]) -> Vec<u8> {
    each(bytes, "", |out, byte| write!(out, "{byte:02X}"))
}

fn hexadecimal_with_blanks(bytes: &[u8]) -> Vec<u8> {
    each(bytes, " ", |out, byte| write!(out, "{byte:02x}"))
}

fn hexadecimal_with_colons(bytes: &[u8]) -> Vec<u8> {
    each(bytes, ":", |out, byte| write!(out, "{byte:02x}"))
}

fn each_as_x(bytes: &[u8]) -> Vec<u8> {
    each(bytes, "", |out, byte| write!(out, "\\x{byte:02x}"))
}

fn list(bytes: &[u8]) -> Vec<u8> {
    each(bytes, ", ", |out, byte| write!(out, "{byte}"))
}

fn compact_list(bytes: &[u8]) -> Vec<u8> {
    each(bytes, ",", |out, byte| write!(out, "{byte}"))
}

fn base64_0(bytes: &[u8]) -> Vec<u8> {
    base64_core(bytes, 0, *b"+/")
}

fn base64_1(bytes: &[u8]) -> Vec<u8> {
    base64_core(bytes, 1, *b"+/")
}

fn base64_2(bytes: &[u8]) -> Vec<u8> {
    base64_core(bytes, 2, *b"+/")
}

fn base64url_0(bytes: &[u8]) -> Vec<u8> {
    base64_core(bytes, 0, *b"-_")
}

fn base64url_1(bytes: &[u8]) -> Vec<u8> {
    base64_core(bytes, 1, *b"-_")
}

fn base64url_2(bytes: &[u8]) -> Vec<u8> {
    base64_core(bytes, 2, *b"-_")
}

/// The part of base64 that depends on `bytes` alone when `shift` bytes stand before them. `last` are
/// the digits 62 and 63.
fn base64_core(bytes: &[u8], shift: usize, last: [u8; 2]) -> Vec<u8> {
    const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut bits: Vec<u8> = vec![0; shift * 8];
    bits.extend(
        bytes
            .iter()
            .flat_map(|byte| (0..8).rev().map(move |at| byte >> at & 1)),
    );
    let whole = bits.len() / 6;
    let digits = bits.chunks(6).take(whole).map(|six| {
        let number = six
            .iter()
            .fold(0_usize, |number, bit| number << 1 | usize::from(*bit));
        ALPHABET
            .get(number)
            .copied()
            .unwrap_or_else(|| last[number - ALPHABET.len()])
    });
    digits.skip((shift * 8).div_ceil(6)).collect()
}

fn percent(bytes: &[u8]) -> Vec<u8> {
    percent_but(bytes, b"-._~", false)
}

fn percent_small(bytes: &[u8]) -> Vec<u8> {
    let capitals = percent(bytes);
    // Digits behind a percent sign, and nothing else.
    let mut digits = 0;
    let small = |byte: u8| {
        digits = if byte == b'%' {
            2
        } else {
            i32::max(digits - 1, -1)
        };
        if digits >= 0 {
            byte.to_ascii_lowercase()
        } else {
            byte
        }
    };
    capitals.into_iter().map(small).collect()
}

fn percent_each(bytes: &[u8]) -> Vec<u8> {
    each(bytes, "", |out, byte| write!(out, "%{byte:02X}"))
}

fn form(bytes: &[u8]) -> Vec<u8> {
    percent_but(bytes, b"-._*", true)
}

fn percent_twice(bytes: &[u8]) -> Vec<u8> {
    percent(&percent(bytes))
}

fn percent_but(bytes: &[u8], kept: &[u8], plus: bool) -> Vec<u8> {
    each(bytes, "", |out, byte| match byte {
        b' ' if plus => write!(out, "+"),
        _ if byte.is_ascii_alphanumeric() || kept.contains(&byte) => {
            write!(out, "{}", char::from(byte))
        }
        _ => write!(out, "%{byte:02X}"),
    })
}

fn json(bytes: &[u8]) -> Vec<u8> {
    let quoted = serde_json::to_string(&text(bytes)).unwrap();
    quoted[1..quoted.len() - 1].into()
}

fn json_ascii(bytes: &[u8]) -> Vec<u8> {
    let mut out = String::new();
    for character in text(&json(bytes)).chars() {
        if character.is_ascii() && character != '\u{7f}' {
            out.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}").unwrap();
            }
        }
    }
    out.into_bytes()
}

fn json_each(bytes: &[u8]) -> Vec<u8> {
    let units = text(bytes).encode_utf16().collect::<Vec<_>>();
    each(units, "", |out, unit| write!(out, "\\u{unit:04x}"))
}

fn json_twice(bytes: &[u8]) -> Vec<u8> {
    json(&json(bytes))
}

fn html(bytes: &[u8]) -> Vec<u8> {
    text(bytes)
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#x27;")
        .into_bytes()
}

fn html_decimal(bytes: &[u8]) -> Vec<u8> {
    let characters: Vec<_> = text(bytes).chars().collect();
    each(characters, "", |out, character| {
        write!(out, "&#{};", u32::from(character))
    })
}

fn html_hexadecimal(bytes: &[u8]) -> Vec<u8> {
    let characters: Vec<_> = text(bytes).chars().collect();
    each(characters, "", |out, character| {
        write!(out, "&#x{:x};", u32::from(character))
    })
}

fn utf16_little(bytes: &[u8]) -> Vec<u8> {
    text(bytes)
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect()
}

fn utf16_big(bytes: &[u8]) -> Vec<u8> {
    text(bytes)
        .encode_utf16()
        .flat_map(u16::to_be_bytes)
        .collect()
}

fn rust_text(bytes: &[u8]) -> Vec<u8> {
    let quoted = format!("{:?}", text(bytes));
    quoted[1..quoted.len() - 1].into()
}

fn rust_bytes(bytes: &[u8]) -> Vec<u8> {
    bytes.escape_ascii().to_string().into_bytes()
}

fn quotes_twice(bytes: &[u8]) -> Vec<u8> {
    text(bytes).replace('\'', "''").into_bytes()
}

fn double_quotes_twice(bytes: &[u8]) -> Vec<u8> {
    text(bytes).replace('"', "\"\"").into_bytes()
}

fn latin_1(bytes: &[u8]) -> Vec<u8> {
    let characters: String = bytes.iter().copied().map(char::from).collect();
    characters.into_bytes()
}

/// Values are text; nothing here is asked about anything else.
fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Each part written by `one`, with `between` two of them.
fn each<Part: Copy>(
    parts: impl AsRef<[Part]>,
    between: &str,
    one: impl Fn(&mut String, Part) -> std::fmt::Result,
) -> Vec<u8> {
    let mut out = String::new();
    for (number, part) in parts.as_ref().iter().enumerate() {
        if number > 0 {
            out.push_str(between);
        }
        one(&mut out, *part).unwrap();
    }
    out.into_bytes()
}

#[test]
fn spellings_are_what_they_say() {
    let of = |name: &str, value: &str| {
        let (_, encode) = ENCODINGS.iter().find(|(known, _)| *known == name).unwrap();
        String::from_utf8(encode(value.as_bytes())).unwrap()
    };
    for (name, value, written) in [
        ("backwards", "abc", "cba"),
        ("hexadecimal", "J\n", "4a0a"),
        ("hexadecimal with colons", "JK", "4a:4b"),
        ("each byte as \\x", "J\n", "\\x4a\\x0a"),
        ("a list of bytes", "AB", "65, 66"),
        // Only the digits that depend on these bytes alone.
        ("base64", "AB>>", "QUI+P"),
        ("base64 behind one byte", "AB>>", "FCPj"),
        ("base64 for addresses behind two bytes", "B>>?", "CPj4_"),
        ("percent signs", "a ö/~", "a%20%C3%B6%2F~"),
        ("percent signs and small digits", "AÖ/Z", "A%c3%96%2fZ"),
        ("a form", "a b*~", "a+b*%7E"),
        ("percent signs twice", "/", "%252F"),
        ("JSON", "a\"\n\\ö", "a\\\"\\n\\\\ö"),
        ("JSON in ASCII", "ö\u{1f511}", "\\u00f6\\ud83d\\udd11"),
        ("each unit as \\u", "J", "\\u004a"),
        ("JSON in JSON", "\"", "\\\\\\\""),
        ("HTML", "<'&\">", "&lt;&#x27;&amp;&quot;&gt;"),
        ("each character as a decimal entity", "J", "&#74;"),
        ("Rust's own of a text", "a\"\u{1b}'", "a\\\"\\u{1b}'"),
        ("Rust's own of bytes", "ö'\n", "\\xc3\\xb6\\'\\n"),
        ("quotes twice", "it's", "it''s"),
        ("double quotes twice", "a\"b", "a\"\"b"),
        ("taken for Latin-1", "ö", "Ã¶"),
    ] {
        assert_eq!(of(name, value), written, "{name}");
    }
}
