//! Masking of whole streams, cut everywhere.

use super::*;

mod long;

fn masked(redactor: &Redactor, pieces: &[&[u8]]) -> Vec<u8> {
    let mut stream = redactor.stream();
    let mut out = Vec::new();
    for piece in pieces {
        stream.push(piece, &mut out);
    }
    stream.finish(&mut out);
    out
}

fn knowing(values: &[&[u8]]) -> Redactor {
    let redactor = Redactor::new();
    for value in values {
        redactor.learn(value);
    }
    redactor
}

const VALUE: &[u8] = "wJal/rXUtn \"FEMI\"\\K7MD+bPx'fi&<CY>\u{e4}\u{1f600}=\n\
    second line: 4711\r\nthird\tline\n"
    .as_bytes();

#[test]
fn every_form_is_masked_at_every_cut() {
    let redactor = knowing(&[VALUE]);
    let forms = encodings::forms(VALUE).whole;
    assert!(forms.len() > 60);
    for form in forms {
        let mut text = b"before ".to_vec();
        text.extend_from_slice(form.as_ref());
        text.extend_from_slice(b" behind");
        let whole = masked(&redactor, &[&text]);
        assert!(whole.starts_with(b"before ***"), "{}", text.escape_ascii());
        assert!(whole.ends_with(b" behind"), "{}", text.escape_ascii());
        assert!(
            !whole
                .windows(form.as_ref().len())
                .any(|window| window == form.as_ref())
        );
        for cut in 0..=text.len() {
            let (left, right) = text.split_at(cut);
            assert_eq!(
                masked(&redactor, &[left, right]),
                whole,
                "cut at {cut}: {}",
                text.escape_ascii()
            );
        }
        let bytes: Vec<&[u8]> = text.chunks(1).collect();
        assert_eq!(masked(&redactor, &bytes), whole);
    }
}

#[test]
fn only_what_may_become_a_value_is_held_back() {
    let redactor = knowing(&[b"topsecret"]);
    let mut stream = redactor.stream();
    let mut out = Vec::new();
    stream.push(b"progress 10%\rprogress 20%\rtop", &mut out);
    assert_eq!(out, b"progress 10%\rprogress 20%\r");
    stream.push(b"ic", &mut out);
    assert_eq!(out, b"progress 10%\rprogress 20%\rtopic");
    stream.push(b" t", &mut out);
    stream.finish(&mut out);
    assert_eq!(out, b"progress 10%\rprogress 20%\rtopic t");
}

#[test]
fn values_between_progress_lines_and_colours_are_masked() {
    let redactor = knowing(&[b"topsecret"]);
    assert_eq!(
        masked(
            &redactor,
            &[b"\rtopsec", b"ret\r\x1b[31mtopsecret\x1b[0m\rtop\rsecret"]
        ),
        b"\r***\r\x1b[31m***\x1b[0m\rtop\rsecret"
    );
}

#[test]
fn values_that_overlap_leave_nothing_between_them() {
    let redactor = knowing(&[b"abcdef", b"defghi", b"hijk", b"efgh"]);
    let text = b"-abcdefghijk-abcdefg-defghi-";
    for cut in 0..=text.len() {
        let (left, right) = text.split_at(cut);
        assert_eq!(
            masked(&redactor, &[left, right]),
            b"-***-***g-***-",
            "{cut}"
        );
    }
}

#[test]
fn a_value_in_another_is_masked_with_it() {
    let redactor = knowing(&[b"inner", b"outer inner outer"]);
    let text = b"an outer inner outer, an inner, an outer inner ouzo";
    let whole = b"an ***, an ***, an outer *** ouzo";
    for cut in 0..=text.len() {
        let (left, right) = text.split_at(cut);
        assert_eq!(masked(&redactor, &[left, right]), whole, "{cut}");
    }
}

#[test]
fn what_is_learned_later_counts_from_then_on() {
    let redactor = knowing(&[b"first value"]);
    let mut stream = redactor.stream();
    let mut out = Vec::new();
    stream.push(b"second value, first val", &mut out);
    redactor.learn(b"second value");
    redactor.learn(b"val\xffue");
    stream.push(b"ue, second value, val", &mut out);
    redactor.learn(b"value");
    stream.push(b"ue", &mut out);
    stream.finish(&mut out);
    assert_eq!(out, b"second value, ***, ***, ***");
}

#[test]
fn a_stream_of_nothing_known_learns_too() {
    let redactor = Redactor::new();
    let mut stream = redactor.stream();
    let mut out = Vec::new();
    stream.push(b"value ", &mut out);
    redactor.learn(b"value");
    stream.push(b"value", &mut out);
    stream.finish(&mut out);
    assert_eq!(out, b"value ***");
    assert_eq!(redactor.mask_text("my value"), "my ***");
}

#[test]
fn values_of_three_characters_are_never_masked() {
    let redactor = knowing(&[b"abc", b"x", b"", "äöü".as_bytes()]);
    assert_eq!(redactor.mask_text("abc x äöü"), "abc x äöü");
}

#[test]
fn many_alike_values_are_told_apart() {
    let values: Vec<String> = (0..200).map(|n| format!("AAAAAAAA{n:03}")).collect();
    let redactor = Redactor::new();
    for value in &values {
        redactor.learn(value.as_bytes());
    }
    for value in &values {
        assert_eq!(redactor.mask_text(&format!("<{value}>")), "<***>");
    }
    assert_eq!(redactor.mask_text("<AAAAAAAA200>"), "<AAAAAAAA200>");
}

#[test]
fn a_clean_log_of_ten_megabytes_passes_unchanged() {
    let redactor = Redactor::new();
    for number in 0..100_u64 {
        redactor.learn(format!("{:x}", number.wrapping_mul(0x9e37_79b9_7f4a_7c15)).as_bytes());
    }
    let log: Vec<u8> = (0..160_000)
        .flat_map(|line| {
            format!("2026-11-22T00:00:00Z INFO step {line}: done, nothing to tell \u{1b}[0m\r\n")
                .into_bytes()
        })
        .take(10_000_000)
        .collect();
    let pieces: Vec<&[u8]> = log.chunks(65_536).collect();
    assert!(masked(&redactor, &pieces) == log);
}

#[test]
fn what_lies_in_a_value_is_masked_alone() {
    let key = "-----BEGIN KEY-----\nMIIEvQIBADANBgkqhk\nxZ4hAQEFAASCBKcwggSj\n-----END KEY-----\n";
    let json = serde_json::json!({
        "user": "x",
        "password": "hunter2-and-more",
        "keys": [{ "private_key": key }],
    })
    .to_string();
    let packed = <base64ct::Base64 as base64ct::Encoding>::encode_string(json.as_bytes());
    for value in [json, packed] {
        let redactor = knowing(&[value.as_bytes()]);
        let text = format!("pw=hunter2-and-more\n{key}user x\n");
        let masked = String::from_utf8(masked(&redactor, &[text.as_bytes()])).unwrap();
        for secret in ["hunter2", "MIIEvQ", "xZ4hAQ"] {
            assert!(!masked.contains(secret), "{secret} in {masked}");
        }
        assert!(masked.ends_with("user x\n"), "{masked}");
    }
}

#[test]
fn nothing_gets_through_when_more_is_known_than_can_be_found() {
    let redactor = Redactor::with_room(10_000);
    redactor.learn(b"a first value");
    let mut stream = redactor.stream();
    let mut out = Vec::new();
    stream.push(b"before a fir", &mut out);
    redactor.learn(&[b'x'; 12_000]);
    stream.push(b"st value and more", &mut out);
    stream.push(b"still more", &mut out);
    stream.finish(&mut out);
    assert_eq!(String::from_utf8(out).unwrap(), "before ***");
    assert_eq!(redactor.mask_text("whatever"), "***");
}
