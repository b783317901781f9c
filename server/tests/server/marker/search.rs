//! Finds the marker, however it is spelled.

use std::fs;
use std::path::Path;

/// What is searched for, in every spelling of [`spellings`].
pub(crate) const MARKER: &str = "Zq7XmarkerVx9KdJw2Tb";

/// Other spellings under which a leak could hide.
pub(super) fn spellings() -> Vec<(&'static str, Vec<u8>)> {
    let bytes = MARKER.as_bytes();
    let hex: Vec<_> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let hex = hex.concat();
    let decimal: Vec<_> = bytes.iter().map(u8::to_string).collect();
    let mut all = vec![
        ("plain", bytes.to_vec()),
        ("backwards", bytes.iter().rev().copied().collect()),
        ("upper case", MARKER.to_uppercase().into_bytes()),
        ("lower case", MARKER.to_lowercase().into_bytes()),
        ("hex", hex.clone().into_bytes()),
        ("upper hex", hex.to_uppercase().into_bytes()),
        ("a list of bytes", decimal.join(", ").into_bytes()),
        ("a compact list of bytes", decimal.join(",").into_bytes()),
        ("UTF-16", bytes.iter().flat_map(|byte| [*byte, 0]).collect()),
        (
            "UTF-16, big end first",
            bytes.iter().flat_map(|byte| [0, *byte]).collect(),
        ),
    ];
    for shift in 0..3 {
        all.push(("base64", base64_core(bytes, shift)));
    }
    all
}

/// The part of base64 that depends on `bytes` alone when `shift` bytes stand before them.
pub(super) fn base64_core(bytes: &[u8], shift: usize) -> Vec<u8> {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bits: Vec<u8> = vec![0; shift * 8];
    bits.extend(
        bytes
            .iter()
            .flat_map(|byte| (0..8).rev().map(move |at| byte >> at & 1)),
    );
    let whole = bits.len() / 6;
    let sextets = bits.chunks(6).take(whole);
    let letters = sextets
        .map(|six| ALPHABET[usize::from(six.iter().fold(0, |number, bit| number << 1 | bit))]);
    letters.skip((shift * 8).div_ceil(6)).collect()
}

/// The spellings of the marker in some bytes.
pub(crate) fn found_in(bytes: &[u8]) -> Vec<&'static str> {
    let holds = |wanted: &[u8]| bytes.windows(wanted.len()).any(|window| window == wanted);
    spellings()
        .into_iter()
        .filter(|(_, wanted)| holds(wanted))
        .map(|(name, _)| name)
        .collect()
}

/// The files below a folder that hold the marker, with how it is spelled there.
pub(crate) fn found_below(dir: &Path) -> Vec<(String, Vec<&'static str>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(found_below(&path));
            continue;
        }
        let spelled = found_in(&fs::read(&path).unwrap());
        if !spelled.is_empty() {
            found.push((path.display().to_string(), spelled));
        }
    }
    found
}

/// A folder's search is worth something only when it finds what was put there.
pub(super) fn assert_the_search_finds(dir: &Path) {
    let planted = dir.join("planted");
    for (name, spelled) in spellings() {
        let mut bytes = vec![0xff; 5000];
        bytes.extend(&spelled);
        bytes.extend([0xfe; 77]);
        fs::write(&planted, bytes).unwrap();
        let found = found_below(dir);
        assert!(
            found
                .iter()
                .any(|(path, how)| path.ends_with("planted") && how.contains(&name))
        );
    }
    fs::remove_file(planted).unwrap();
}
