//! How much memory a hostile text takes, beyond what the program has anyway. Each is checked in a process of its own:
//! what an earlier one gave back could be used again unseen.

use std::fs;
use std::io::{Read as _, Write as _, stdin};
use std::process::{Command, Stdio};

use language::VOCABULARY;
use language::limits::MAX_TEXT;

use crate::work;

/// Tells this program to check the text on its input and print what that took.
pub(crate) const CHECK: &str = "memory";

/// The same for everything that an editor asks about the text.
pub(crate) const ASSIST: &str = "assist-memory";

/// Mebibytes that a text takes; none where the kernel does not say.
pub(crate) fn taken(word: &str, text: &str) -> Option<f64> {
    let this = std::env::current_exe().ok()?;
    let mut child = Command::new(this)
        .arg(word)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .ok()?;
    child.stdin.take()?.write_all(text.as_bytes()).ok()?;
    let output = child.wait_with_output().ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}

/// Does the work on the text on the input and prints what that took.
pub(crate) fn print(word: &str) {
    let mut text = String::with_capacity(MAX_TEXT);
    if stdin().read_to_string(&mut text).is_err() {
        return;
    }
    let holdings = work::holdings();
    let Some(before) = peak() else { return };
    if word == CHECK {
        std::hint::black_box(work::check(&text));
    } else {
        for place in 0..work::PLACES {
            std::hint::black_box(work::assist(&text, &holdings, VOCABULARY, place));
        }
    }
    if let Some(after) = peak() {
        println!("{}", after - before);
    }
}

/// The most that this process ever had in memory.
fn peak() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes / 1024.0)
}
