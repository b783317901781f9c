//! Values that are too long for the automaton.

use std::fmt::Write;

use super::*;

/// A text of so many bytes or a few more, in lines of all lengths, with everything in it that some
/// form writes in another way.
fn long_value(bytes: usize) -> Vec<u8> {
    let mut random = 7_u64;
    let mut next = |of: u64| {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (random >> 33) % of
    };
    let letters: Vec<char> =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/=-_.~ \
                              \"\\'<>&:{}%$#@!*\u{e4}\u{20ac}\u{1f600}\t"
            .chars()
            .collect();
    let mut value = String::new();
    while value.len() < bytes {
        let length = match value.len() {
            0 => 5_000,
            _ => 4 + next(200),
        };
        value.push('k');
        for _ in 0..length {
            value.push(letters[usize::try_from(next(letters.len() as u64)).unwrap()]);
        }
        value.push_str("y\n");
    }
    value.into_bytes()
}

#[test]
fn a_long_value_is_masked_in_every_form_wherever_it_is_cut() {
    let value = long_value(20_000);
    let redactor = knowing(&[&value]);
    let mut forms = vec![value.clone()];
    encodings::encoded(&value, &mut |form| forms.push(form.to_vec()));
    let line = value.split(|byte| *byte == b'\n').next().unwrap();
    encodings::encoded(line, &mut |form| forms.push(form.to_vec()));
    forms.retain(|form| form.len() >= SHORTEST);
    assert!(forms.len() > 100);
    for form in forms {
        let mut text = b"before ".to_vec();
        text.extend_from_slice(&form);
        text.extend_from_slice(b" behind");
        let whole = masked(&redactor, &[&text]);
        // Some forms keep the ends of lines.
        let left = String::from_utf8(whole.clone()).unwrap();
        let left = left.replace("***", "").replace('\n', "");
        assert_eq!(left, "before  behind", "{}", form.escape_ascii());
        let length = text.len();
        let ends = [
            1,
            7,
            8,
            38,
            39,
            40,
            length.saturating_sub(40),
            length - 8,
            length - 7,
        ];
        for cut in (0..length).step_by(length / 5 + 1).chain(ends) {
            let (left, right) = text.split_at(cut.min(length));
            assert!(masked(&redactor, &[left, right]) == whole, "cut at {cut}");
        }
        let pieces: Vec<&[u8]> = text.chunks(7).collect();
        assert!(masked(&redactor, &pieces) == whole);
    }
}

#[test]
fn a_part_of_a_long_value_is_masked_too() {
    let value = long_value(20_000);
    let redactor = knowing(&[&value]);
    let mut encoded = Vec::new();
    encodings::encoded(&value, &mut |form| encoded.push(form.to_vec()));
    for form in encoded {
        let part = &form[form.len() / 3..form.len() / 2];
        if part.contains(&b'\n') {
            continue;
        }
        let left = masked(&redactor, &[part]);
        assert!(left.len() < 100, "{}", left.escape_ascii());
    }
}

#[test]
fn of_a_long_value_only_a_line_without_an_end_is_held_back() {
    let value = long_value(20_000);
    let redactor = knowing(&[&value]);
    let mut stream = redactor.stream();
    let mut out = Vec::new();
    let text = b"this line has an end\rand this one, which is long enough, has one\n";
    stream.push(text, &mut out);
    assert_eq!(out, text);
    out.clear();
    let begun = b"this one will have one soon, or so they say, who knows";
    stream.push(begun, &mut out);
    assert!(!out.is_empty() && begun.starts_with(&out) && out.len() + 32 > begun.len());
    stream.push(b"\n", &mut out);
    assert_eq!(out, [begun.as_slice(), b"\n"].concat());
}

#[test]
fn the_longest_values_can_be_looked_for() {
    let redactor = Redactor::new();
    let text = long_value(64 * 1024 - 5_100);
    let bytes: Vec<u8> = (0..64 * 1024_u64)
        .map(|n| (n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56).to_le_bytes()[0])
        .collect();
    for value in [&text, &bytes] {
        redactor.learn(value);
    }
    let known = redactor.known();
    // What is kept as it is takes a hundred times its length.
    assert!(known.bytes < 10 * 64 * 1024, "{}", known.bytes);
    assert!(
        known.windows.len() * 4 < redactor.shared.most_windows(),
        "{}",
        known.windows.len()
    );
    drop(known);
    let mut hexadecimal = String::new();
    for byte in bytes.iter().take(1_000) {
        write!(hexadecimal, "{byte:02x}").unwrap();
    }
    assert!(redactor.mask_text(&hexadecimal).len() < 100);
    assert_eq!(redactor.mask_text("nothing to hide"), "nothing to hide");
    // Nothing is kept twice.
    let version = redactor.version();
    redactor.learn(&text);
    assert_eq!(redactor.version(), version);
}

/// Bytes in which nothing comes again.
fn noise(bytes: usize) -> Vec<u8> {
    let mut state = 11_u64;
    let next = |_| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 56).to_le_bytes()[0]
    };
    (0..bytes).map(next).collect()
}

/// Long values with rows of the same few bytes: around what tells something, in front of it, behind
/// it, as lines, and nothing else.
fn dull_values() -> Vec<Vec<u8>> {
    let noise = noise(4_000);
    let digits = noise.iter().cycle().zip(0..16_500_u32);
    let digits = digits.map(|(byte, at)| b'0' + (byte >> (at / 4_000)) % 2);
    let mut lines = String::new();
    for line in 0..200 {
        let row = "-".repeat(30 + line % 70);
        writeln!(
            lines,
            "{row}\n{row}+{row}\nsome <words> of {line} \"times\" {line}"
        )
        .unwrap();
    }
    vec![
        [noise.as_slice(), &[0; 16_500], &noise[..300], &[0; 900]].concat(),
        [[0; 16_500].as_slice(), &noise].concat(),
        ["user and password".as_bytes(), &[0; 16_500]].concat(),
        ["0".repeat(16_500), "pass/word: \"4711\" <all>".to_owned()]
            .concat()
            .into_bytes(),
        digits.collect(),
        lines.into_bytes(),
        vec![b'x'; 16_500],
        vec![0; 16_500],
    ]
}

/// Every way in which a value is printed.
fn printed(value: &[u8]) -> BTreeSet<Vec<u8>> {
    let mut printed = BTreeSet::from([value.to_vec()]);
    encodings::encoded(value, &mut |form| {
        printed.insert(form.to_vec());
    });
    // Lines of base64 are printed one after the other.
    printed.retain(|form| form.len() >= value.len());
    let packed = <base64ct::Base64 as base64ct::Encoding>::encode_string(value);
    for length in [64, 76] {
        for end in [b"\n".as_slice(), b"\r\n"] {
            let lines: Vec<_> = packed.as_bytes().chunks(length).collect();
            printed.insert(lines.join(end));
        }
    }
    printed
}

#[test]
fn rows_of_the_same_bytes_in_a_long_value_are_masked_with_it() {
    let mut sizes = [1, 31, 4_093, 7_919, 11].into_iter().cycle();
    for value in dull_values() {
        let redactor = knowing(&[&value]);
        for form in printed(&value) {
            // A blank would go on with a row of hexadecimal digits.
            let text = [b"before <".as_slice(), &form, b"> behind"].concat();
            let whole = masked(&redactor, &[&text]);
            let left = String::from_utf8(whole.clone()).unwrap();
            let left = left.replace("***", "").replace(['\n', '\r'], "");
            assert_eq!(
                left,
                "before <> behind",
                "{} of {}",
                form[..100].escape_ascii(),
                value[..20].escape_ascii()
            );
            let size = sizes.next().unwrap();
            let pieces: Vec<&[u8]> = text.chunks(size).collect();
            assert!(masked(&redactor, &pieces) == whole, "pieces of {size}");
        }
    }
}

#[test]
fn a_row_of_the_same_bytes_that_goes_on_with_a_part_of_a_value_is_masked() {
    let value = [noise(8_000).as_slice(), &[0; 9_000], &noise(300)[200..]].concat();
    let redactor = knowing(&[&value]);
    for form in printed(&value) {
        // The end of what tells something, and half of the row behind it.
        let part = &form[form.len() * 4 / 10..form.len() * 7 / 10];
        let left = masked(&redactor, &[part]);
        assert!(
            left.len() < 100 || part.contains(&b'\n'),
            "{}",
            left.escape_ascii()
        );
        // A line that is cut off may have an end that is too short.
        for row in [[b'0'; 48], [b'A'; 48], [0; 48]] {
            assert!(
                !left.windows(48).any(|part| part == row),
                "{}",
                left.escape_ascii()
            );
        }
    }
}

#[test]
fn a_part_of_a_value_of_two_digits_is_masked_in_hexadecimal() {
    let noise = noise(20_000);
    let value: Vec<u8> = noise.iter().map(|byte| b'0' + byte % 2).collect();
    let redactor = knowing(&[&value]);
    let mut hexadecimal = String::new();
    for byte in &value {
        write!(hexadecimal, "{byte:02x}").unwrap();
    }
    for part in [200..600, 7_000..9_001, 39_500..40_000] {
        let left = redactor.mask_text(&hexadecimal[part]);
        assert!(left.len() < 60, "{left}");
    }
}

#[test]
fn a_part_of_a_line_of_a_long_value_is_masked_as_it_is() {
    let value: Vec<u8> = noise(20_000).iter().map(|byte| byte | 0x80).collect();
    let redactor = knowing(&[&value]);
    for part in [100..147, 200..600, 7_000..9_001] {
        let left = masked(&redactor, &[&value[part]]);
        assert!(left.len() <= 3 + 2 * 15, "{}", left.escape_ascii());
    }
}

#[test]
fn a_row_goes_on_when_something_else_is_learned_in_the_middle_of_it() {
    let value = [noise(8_000).as_slice(), &[0; 9_000], &noise(300)[200..]].concat();
    let redactor = knowing(&[&value]);
    let form = <base64ct::Base64 as base64ct::Encoding>::encode_string(&value);
    let mut stream = redactor.stream();
    let mut out = Vec::new();
    // Without what tells something behind the row.
    let (begin, end) = form[..form.len() - 1_000].split_at(form.len() - 5_000);
    stream.push(begin.as_bytes(), &mut out);
    redactor.learn(b"something else");
    stream.push(end.as_bytes(), &mut out);
    stream.finish(&mut out);
    assert_eq!(String::from_utf8(out).unwrap(), MASK);
}

#[test]
fn a_value_within_what_follows_a_row_changes_nothing() {
    // Each 57 bytes are a line of base64, so noise begins one.
    let value = [vec![0; 57 * 300].as_slice(), &noise(4_000)].concat();
    let packed = <base64ct::Base64 as base64ct::Encoding>::encode_string(&value);
    let lines: Vec<_> = packed.as_bytes().chunks(76).collect();
    let redactor = knowing(&[&value, &lines[300][8..16]]);
    let text = lines.join(b"\n".as_slice());
    let whole = masked(&redactor, &[&text]);
    let expected = vec![MASK; lines.len()].join("\n");
    assert_eq!(String::from_utf8(whole).unwrap(), expected);
    for size in [1, 5, 77] {
        let pieces: Vec<&[u8]> = text.chunks(size).collect();
        assert!(masked(&redactor, &pieces) == expected.as_bytes(), "{size}");
    }
}

#[test]
fn a_row_of_the_same_bytes_alone_is_no_secret() {
    let value = [noise(8_000).as_slice(), &[0; 9_000], &noise(300)[200..]].concat();
    let redactor = knowing(&[&value]);
    let rows = [
        "0".repeat(700),
        "00 ".repeat(300),
        "A".repeat(76),
        "A".repeat(500),
        r"\x00".repeat(100),
        "%00".repeat(100),
        format!("{0}\n{0}\r\n{0}\n\n{0}", "A".repeat(64)),
        format!(
            "{} and what else there is to say of nothing",
            "0".repeat(90)
        ),
    ];
    for row in rows {
        for text in [row.clone(), format!("a table: {row}\n{row}\nand its end\n")] {
            assert_eq!(redactor.mask_text(&text), text);
            let pieces: Vec<&[u8]> = text.as_bytes().chunks(5).collect();
            assert_eq!(masked(&redactor, &pieces), text.as_bytes());
        }
    }
}

#[test]
fn of_an_endless_row_no_more_is_held_back_than_a_value_has() {
    let value = [noise(200), vec![0; 20_000]].concat();
    let redactor = knowing(&[&value]);
    let row = vec![b'0'; 4_096];
    let lines = [vec![b'0'; 76], b"\n".to_vec()].concat().repeat(50);
    for piece in [row, lines] {
        let mut stream = redactor.stream();
        let mut out = Vec::new();
        for _ in 0..100 {
            stream.push(&piece, &mut out);
            assert!(stream.held() < 200_000);
        }
        assert!(out.len() > 150_000);
        // An end of the line, and it is clear that nothing comes of it.
        stream.push(b".\nnext\n", &mut out);
        assert_eq!(stream.held(), 0);
        assert_eq!(out.len(), 100 * piece.len() + 7);
    }
}
