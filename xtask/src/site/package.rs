//! Puts the parts together: a folder named by the hash of its content, each file also as `.br` and `.gz`.

use crate::failure::{Result, While};
use crate::files;
use crate::shell::say;
use crate::stamp::Stamp;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;
use std::path::{Path, PathBuf};

// Precompressed once here, so the strongest settings cost a visitor nothing.
const BROTLI_QUALITY: i32 = 11;
const BROTLI_WINDOW: i32 = 22;

/// One file of the site by its name, with its content.
struct File {
    name: String,
    content: Vec<u8>,
}

/// Makes `dist/site` from the parts' folders, unless it already holds exactly these files.
///
/// Under `pkg/<hash>/` a file never changes, so browsers may keep it for ever; the server reads the folder's name
/// from `site.json`.
pub(super) fn build(parts: &[PathBuf]) -> Result<()> {
    let mut package = Vec::new();
    for part in parts {
        for path in files::below(part)? {
            let name = path
                .strip_prefix(part)
                .unwrap_or(&path)
                .to_string_lossy()
                .into_owned();
            package.push(File {
                name,
                content: files::read(&path)?,
            });
        }
    }
    let favicon = files::read(&files::root().join("style/favicon.svg"))?;

    let mut stamp = Stamp::empty();
    for file in &package {
        stamp = stamp.bytes(file.name.as_bytes()).bytes(&file.content);
    }
    let folder = format!("pkg/{}", stamp.text());
    let description = serde_json::json!({ "pkg": folder }).to_string();

    let site = files::dist().join("site");
    if is_current(&site, &description, &favicon) {
        return Ok(());
    }
    say("packing the site (bytes plain, brotli, gzip)");
    // Made beside and moved over: a build that is interrupted leaves the old site whole.
    let next = files::dist().join("site.next");
    files::remove(&next)?;
    for file in &package {
        write(&next.join(&folder).join(&file.name), &file.content)?;
    }
    write(&next.join("favicon.svg"), &favicon)?;
    files::write(&next.join("site.json"), description)?;
    files::remove(&site)?;
    std::fs::rename(&next, &site).doing(|| format!("moving the site to {}", site.display()))
}

fn is_current(site: &Path, description: &str, favicon: &[u8]) -> bool {
    let holds =
        |name: &str, wanted: &[u8]| std::fs::read(site.join(name)).is_ok_and(|have| have == wanted);
    holds("site.json", description.as_bytes()) && holds("favicon.svg", favicon)
}

/// Writes a file in all three encodings and prints their sizes.
fn write(path: &Path, content: &[u8]) -> Result<()> {
    let brotli = brotli(content).doing(|| format!("compressing {}", path.display()))?;
    let gzip = gzip(content).doing(|| format!("compressing {}", path.display()))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    eprintln!(
        "  {name:<16} {:>8} {:>8} {:>8}",
        content.len(),
        brotli.len(),
        gzip.len()
    );
    files::write(path, content)?;
    files::write(&with_ending(path, ".br"), brotli)?;
    files::write(&with_ending(path, ".gz"), gzip)
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

fn brotli(content: &[u8]) -> std::io::Result<Vec<u8>> {
    let parameters = brotli::enc::BrotliEncoderParams {
        quality: BROTLI_QUALITY,
        lgwin: BROTLI_WINDOW,
        size_hint: content.len(),
        ..Default::default()
    };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut &content[..], &mut compressed, &parameters)?;
    Ok(compressed)
}

fn gzip(content: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content)?;
    encoder.finish()
}
