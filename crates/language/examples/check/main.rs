//! What the language says of many texts, natively and in WebAssembly, and how long it takes beside what reading the
//! YAML alone takes: for `make bench`, and for the comparison of both in `make test`.
//!
//! The same file is two programs. Native, it measures and prints the times as JSON, or with `answers` prints texts
//! and what is answered to them. For the browser it only exports the work, since nothing there has a clock but the
//! page that calls it.

#[cfg(not(target_arch = "wasm32"))]
mod answers;
#[cfg(not(target_arch = "wasm32"))]
mod memory;
#[cfg(not(target_arch = "wasm32"))]
mod native;
#[cfg(not(target_arch = "wasm32"))]
mod text;
#[cfg(target_arch = "wasm32")]
mod wasm;
mod work;

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        [] => println!("{}", native::measure()),
        ["answers"] => answers::print(),
        [word @ (memory::CHECK | memory::ASSIST)] => memory::print(word),
        _ => eprintln!("usage: check [answers]"),
    }
}

#[cfg(target_arch = "wasm32")]
fn main() {}
