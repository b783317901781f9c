//! Searching the memory of another process.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};

use base64ct::{Base64UrlUnpadded, Encoding};

/// How much is read at one time; neighbouring pieces overlap by what is searched for.
const PIECE: u64 = 4 * 1024 * 1024;

/// The names of what is found in the readable memory of a process; `None` when this one may not look.
pub(crate) fn found<'a>(process: u32, wanted: &[(&'a str, Vec<u8>)]) -> Option<Vec<&'a str>> {
    let mut memory = File::open(format!("/proc/{process}/mem")).ok()?;
    let maps = fs::read_to_string(format!("/proc/{process}/maps")).unwrap();
    let longest = wanted.iter().map(|(_, bytes)| bytes.len()).max()? as u64;
    let mut missing: Vec<_> = wanted.iter().collect();
    let mut searched = 0;
    for line in maps.lines() {
        let mut parts = line.split_whitespace();
        let (range, rights) = (parts.next()?, parts.next()?);
        // What the kernel answers itself cannot be read as memory.
        if !rights.starts_with('r') || line.ends_with("[vvar]") || line.ends_with("[vsyscall]") {
            continue;
        }
        let (from, to) = range.split_once('-')?;
        let mut at = u64::from_str_radix(from, 16).ok()?;
        let end = u64::from_str_radix(to, 16).ok()?;
        while at < end {
            let length = PIECE.min(end - at);
            let mut piece = vec![0; usize::try_from(length).ok()?];
            memory.seek(SeekFrom::Start(at)).ok()?;
            // A mapping may have gone meanwhile.
            if memory.read_exact(&mut piece).is_ok() {
                searched += length;
                missing.retain(|(_, bytes)| !holds(&piece, bytes));
            }
            if at + length == end {
                break;
            }
            at += length - longest;
        }
    }
    assert!(searched > PIECE, "the memory of {process} was really read");
    let is_missing = |name: &str| missing.iter().any(|(missing, _)| *missing == name);
    let names = wanted.iter().map(|(name, _)| *name);
    Some(names.filter(|name| !is_missing(name)).collect())
}

/// Whether `bytes` holds `wanted`; by its first byte first, because this looks at gigabytes.
fn holds(bytes: &[u8], wanted: &[u8]) -> bool {
    let Some(first) = wanted.first() else {
        return false;
    };
    let mut from = 0;
    while let Some(at) = bytes[from..].iter().position(|byte| byte == first) {
        if bytes[from + at..].starts_with(wanted) {
            return true;
        }
        from += at + 1;
    }
    false
}

/// The 32 bytes of a key in base64, without the two that X25519 changes when it uses them.
pub(crate) fn key_bytes(text: &str) -> Vec<u8> {
    let bytes = Base64UrlUnpadded::decode_vec(text).unwrap();
    assert_eq!(bytes.len(), 32);
    bytes[1..31].to_vec()
}

#[test]
fn the_search_finds_a_planted_buffer_and_nothing_else() {
    // Read back to front, so that what is searched for is nowhere in this program as it is.
    let planted: Vec<u8> = b"reffub detnalp a fo txet eht"
        .iter()
        .rev()
        .copied()
        .collect();
    let absent: Vec<u8> = planted.iter().map(|byte| byte ^ 0x55).collect();
    let across = vec![planted.clone(); 3].concat();
    let wanted = [("planted", planted.clone())];
    let Some(found_here) = found(std::process::id(), &wanted) else {
        return;
    };
    assert_eq!(found_here, ["planted"]);
    drop(absent);
    assert!(holds(&across, &planted) && !holds(&across[1..planted.len()], &planted));
}
