//! Searching the memory of another process.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom, Write as _};

use base64ct::{Base64UrlUnpadded, Encoding};

/// How much is read at one time; neighbouring pieces overlap by what is searched for.
const PIECE: u64 = 4 * 1024 * 1024;

/// The number of the capability to look into processes that keep themselves unreadable, as the kernel
/// counts them.
const SYS_PTRACE: u32 = 19;

/// Whether this process may look into others that keep themselves unreadable. Root may, unless whoever
/// started it took that away.
pub(crate) fn may_look() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let held = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
    let held = u64::from_str_radix(held.unwrap().trim(), 16).unwrap();
    held & (1 << SYS_PTRACE) != 0
}

/// Says that a search was left out, past whatever keeps the words of tests that go well.
pub(crate) fn left_out(what: &str) {
    let _ = writeln!(
        std::io::stderr(),
        "LEFT OUT: {what}: this needs root, or the capability to look into other processes"
    );
}

/// The names of what is found in the readable memory of a process.
pub(crate) fn found<'a>(process: u32, wanted: &[(&'a str, Vec<u8>)]) -> Vec<&'a str> {
    let mut memory = File::open(format!("/proc/{process}/mem")).unwrap();
    let maps = fs::read_to_string(format!("/proc/{process}/maps")).unwrap();
    let longest = wanted.iter().map(|(_, bytes)| bytes.len()).max().unwrap() as u64;
    let mut missing: Vec<_> = wanted.iter().collect();
    let (mut searched, mut gone) = (0, 0);
    for (from, end) in readable(&maps) {
        let mut at = from;
        while at < end {
            let length = PIECE.min(end - at);
            let mut piece = vec![0; usize::try_from(length).unwrap()];
            memory.seek(SeekFrom::Start(at)).unwrap();
            // A mapping may have gone meanwhile.
            if memory.read_exact(&mut piece).is_ok() {
                searched += length;
                missing.retain(|(_, bytes)| !holds(&piece, bytes));
            } else {
                gone += length;
            }
            if at + length == end {
                break;
            }
            at += length - longest;
        }
    }
    // In this one other tests let go of memory meanwhile.
    let is_own = process == std::process::id();
    assert!(
        searched > PIECE && (is_own || searched > 9 * gone),
        "the memory of {process} was really read: {searched} bytes, and {gone} were not"
    );
    let is_missing = |name: &str| missing.iter().any(|(missing, _)| *missing == name);
    let names = wanted.iter().map(|(name, _)| *name);
    names.filter(|name| !is_missing(name)).collect()
}

/// The parts of memory that can be read, each from its first byte to behind its last one, as the kernel
/// lists them.
fn readable(maps: &str) -> impl Iterator<Item = (u64, u64)> {
    maps.lines().filter_map(|line| {
        let (range, rest) = line.split_once(' ').unwrap();
        let (from, to) = range.split_once('-').unwrap();
        let [from, to] = [from, to].map(|address| u64::from_str_radix(address, 16).unwrap());
        // What the kernel answers itself cannot be read as memory.
        let of_kernel = ["[vvar]", "[vvar_vclock]", "[vsyscall]"];
        let of_kernel = of_kernel.iter().any(|name| line.ends_with(name));
        (rest.starts_with('r') && !of_kernel).then_some((from, to))
    })
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
fn the_search_finds_a_planted_buffer() {
    // Read back to front, so that what is searched for is nowhere in this program as it is.
    let planted: Vec<u8> = b"reffub detnalp a fo txet eht"
        .iter()
        .rev()
        .copied()
        .collect();
    let across = vec![planted.clone(); 3].concat();
    let wanted = [("planted", planted.clone())];
    // A process may always look into itself.
    assert_eq!(found(std::process::id(), &wanted), ["planted"]);
    assert!(holds(&across, &planted) && !holds(&across[1..planted.len()], &planted));
}

#[test]
fn what_the_kernel_lists_is_read_as_it_is() {
    let maps = "00400000-00452000 r-xp 00000000 08:02 173521 /usr/bin/a file\n\
                7f00-8000 ---p 00000000 00:00 0\n\
                8000-9000 rw-p 00000000 00:00 0 [heap]\n\
                9000-a000 r--p 00000000 00:00 0 [vvar]\n";
    let ranges: Vec<_> = readable(maps).collect();
    assert_eq!(ranges, [(0x40_0000, 0x45_2000), (0x8000, 0x9000)]);
    for broken in ["8000 rw-p", "8000-9000", "8000-x r--p"] {
        assert!(std::panic::catch_unwind(|| readable(broken).count()).is_err());
    }
}
