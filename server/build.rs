//! The built site is embedded from `dist/site`; without a build of the browser's half the folder
//! is made empty, so that checks and tests of this crate compile on their own.

use std::path::Path;
use std::{fs, io};

fn main() -> io::Result<()> {
    let site = Path::new("../dist/site");
    fs::create_dir_all(site)?;
    println!("cargo::rerun-if-changed=../dist/site");
    println!("cargo::rerun-if-changed=build.rs");
    Ok(())
}
