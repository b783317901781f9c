//! The values that must be found nowhere: forty, each awkward in another way.
//!
//! Each is made around a token that nobody else has, so that a part of a value is found as well as
//! the whole of it; tokens are worked out, so that no file of this repository holds one. Two kinds
//! are not among them: a value of fewer than four characters and one that is an ordinary word cannot be
//! told from other text, so those are searched for [where values belong](super::short). Neither is
//! masked in logs, and the form warns of that.

use std::fmt::Write as _;
use std::sync::LazyLock;

use base64ct::{Base64, Encoding};

use super::search::MARKER;

/// How many there are.
pub(crate) const COUNT: usize = 40;

/// Bytes around the token that are searched for together with it.
const AROUND: usize = 14;

/// A value to be typed.
#[derive(Debug)]
pub(crate) struct Canary {
    /// What is awkward about it.
    pub(crate) kind: &'static str,
    /// The whole of it.
    pub(crate) value: String,
    /// The part of it that is in nothing else.
    pub(crate) token: String,
    /// The token with what stands beside it, as far as one line or one word of a log would carry it.
    pub(crate) stretch: String,
}

impl Canary {
    /// Whether it has several lines, which not every field takes.
    pub(crate) fn is_multiline(&self) -> bool {
        self.value.contains(['\n', '\r'])
    }

    /// Whether the vault takes it at all.
    pub(crate) fn is_storable(&self) -> bool {
        !self.value.contains('\0')
    }

    /// Whether it is so long that most answers have to carry it alone.
    pub(crate) fn is_long(&self) -> bool {
        self.value.len() > 1024
    }

    /// What a control of a form holds at least of it, where the whole would only be refused for its
    /// length.
    pub(crate) fn short(&self) -> &str {
        if self.is_long() {
            &self.stretch
        } else {
            &self.value
        }
    }
}

/// Where the token goes, by what is awkward.
const TEMPLATES: [(&str, &str); 33] = [
    ("letters and digits", "§"),
    ("dollar signs", "$HOME-§-${PATH}$$1"),
    ("a command to a shell", "`id`$(id §)|;&"),
    ("single quotes", "it's '§' isn't it'"),
    ("double quotes", "say \"§\" \"\"twice"),
    ("quotes behind backslashes", "\\\"'§\\'\\\""),
    ("a tag of HTML", "<b>&§</b>&amp;&lt;"),
    ("the end of a script", "</script>§<!-- ]]>"),
    ("backslashes", "C:\\new\\§\\table\\0"),
    ("two lines", "one line §\nand another"),
    ("line ends of Windows", "one line §\r\nand another"),
    ("a line end behind it", "copied with its line end §\n"),
    ("tabs", "before\t§\tbehind"),
    (
        "a key in PEM",
        "-----BEGIN PRIVATE KEY-----\nMC4CAQAw§BQYDK2VwBCIEIA==\n-----END PRIVATE KEY-----\n",
    ),
    (
        "an object of JSON",
        "{\"user\":\"relay\",\"password\":\"§\",\"n\":[1,2]}",
    ),
    ("a text of JSON", "\"{\\\"a\\\":\\\"§\\\"}\""),
    (
        "an address with a password",
        "https://relay:§@db.example:5432/x?y=z#w",
    ),
    ("percent signs", "100%§%41%zz%"),
    ("a form", "a=1&b=§+c d&d[]="),
    ("umlauts", "schlüßel §€ñ"),
    ("characters of two units", "\u{1f511}§\u{1f5dd}\u{fe0f}"),
    ("a turned direction", "\u{202e}§\u{2066}עברית"),
    ("accents of their own", "e\u{301}§o\u{308}"),
    ("blanks at both ends", "  § with blanks  "),
    ("blanks nobody sees", "\u{a0}\u{200b}§\u{2028}"),
    ("a value that looks sealed", "$encrypted$AESGCM$§"),
    ("a template", "{{ secrets.§ }}${secrets.§}"),
    ("tags of YAML", "!Secret [§]: *anchor # none"),
    ("a statement of SQL", "'; drop table users; -- §"),
    ("a path", "../../§/../etc/passwd"),
    ("flags", "--password=§ -x --"),
    ("control characters", "\u{1b}[31m§\u{1b}[0m\u{7}"),
    ("a header of HTTP", "§\r\nset-cookie: a=b\r\n\r\n"),
];

/// All of them.
pub(crate) static CANARIES: LazyLock<Vec<Canary>> = LazyLock::new(|| {
    let mut all = Vec::with_capacity(COUNT);
    all.push(of("a marker", MARKER.to_owned(), MARKER.to_owned()));
    for (number, (kind, template)) in TEMPLATES.into_iter().enumerate() {
        let token = letters(number as u64);
        all.push(of(kind, template.replace('§', &token), token));
    }
    let token = letters(100);
    all.push(of("a NUL", format!("{token}\0behind"), token));
    // As long as a value may be, the token in the middle.
    let token = letters(101);
    let mut long = "0123456789abcde\n".repeat(4096);
    long.replace_range(32_768..32_768 + token.len(), &token);
    all.push(of("64 KiB", long, token));
    let token: String = letters(102).chars().take(10).collect();
    all.push(of("ten characters", token.clone(), token));
    let token: String = random(103).take(24).fold(String::new(), |mut hex, byte| {
        // Writing into a text does not fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    all.push(of("a key in hexadecimal", token.clone(), token));
    let token = Base64::encode_string(format!("password={}", letters(104)).as_bytes());
    let unlike: String = token.chars().skip(12).collect();
    all.push(of("a text in base64", token, unlike));
    let token: String = random(105)
        .take(22)
        .map(|byte| char::from(b'0' + byte % 10))
        .collect();
    all.push(of("digits", token.clone(), token));
    all
});

fn of(kind: &'static str, value: String, token: String) -> Canary {
    let at = value.find(&token).unwrap();
    let from = value.floor_char_boundary(at.saturating_sub(AROUND));
    let to = value.ceil_char_boundary((at + token.len() + AROUND).min(value.len()));
    let stretch = value[from..to].to_owned();
    Canary {
        kind,
        value,
        token,
        stretch,
    }
}

/// Sixteen letters and digits by their number.
fn letters(number: u64) -> String {
    const DIGITS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    random(number)
        .take(16)
        .map(|byte| char::from(DIGITS[usize::from(byte) % DIGITS.len()]))
        .collect()
}

/// Bytes that look random and are always the same: those of the generator splitmix64.
fn random(seed: u64) -> impl Iterator<Item = u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5eed_0fca_4a71_3500;
    std::iter::repeat_with(move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)).to_le_bytes()[7]
    })
}

#[test]
fn there_are_forty_and_each_is_its_own() {
    assert_eq!(CANARIES.len(), COUNT);
    for (number, canary) in CANARIES.iter().enumerate() {
        assert!(canary.token.chars().count() >= 10, "{}", canary.kind);
        assert!(canary.stretch.contains(&canary.token));
        for other in &CANARIES[..number] {
            assert_ne!(canary.kind, other.kind);
            assert!(!canary.value.contains(&other.token), "{}", canary.kind);
            assert!(!other.value.contains(&canary.token), "{}", canary.kind);
        }
    }
    let longest = CANARIES.iter().map(|canary| canary.value.len()).max();
    assert_eq!(longest, Some(model::value::MAX_VALUE));
}
