//! How long a workflow takes to be checked, beside what its YAML alone takes: for `make bench`.
//!
//! The same file is two programs. Native, it measures and prints the times as JSON. For the
//! browser it only exports the work, since nothing there has a clock but the page that calls it.

#[cfg(not(target_arch = "wasm32"))]
mod native;
mod text;
#[cfg(target_arch = "wasm32")]
mod wasm;
mod work;

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    println!("{}", native::measure());
}

#[cfg(target_arch = "wasm32")]
fn main() {}
