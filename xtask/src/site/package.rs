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
    let loose = loose()?;

    let mut stamp = Stamp::empty();
    for file in &package {
        stamp = stamp.bytes(file.name.as_bytes()).bytes(&file.content);
    }
    let folder = format!("pkg/{}", stamp.text());
    let description = serde_json::json!({ "pkg": folder }).to_string();

    let site = files::dist().join("site");
    if is_current(&site, &description, &loose) {
        return Ok(());
    }
    say("packing the site (bytes plain, brotli, gzip)");
    // Made beside and moved over: a build that is interrupted leaves the old site whole.
    let next = files::dist().join("site.next");
    files::remove(&next)?;
    for file in &package {
        write(&next.join(&folder).join(&file.name), &file.content)?;
    }
    for file in &loose {
        write(&next.join(&file.name), &file.content)?;
    }
    files::write(&next.join("site.json"), description)?;
    files::remove(&site)?;
    std::fs::rename(&next, &site).doing(|| format!("moving the site to {}", site.display()))
}

/// What has an address of its own instead of one named by content: the favicon, and the pictures of the documentation.
fn loose() -> Result<Vec<File>> {
    let mut loose = vec![File {
        name: "favicon.svg".to_owned(),
        content: files::read(&files::root().join("style/favicon.svg"))?,
    }];
    let pictures = files::root().join("docs/images");
    // Made by the browser tests; before their first run there are none.
    let pictures_made = if pictures.is_dir() {
        files::below(&pictures)?
    } else {
        Vec::new()
    };
    for path in pictures_made {
        let name = path.strip_prefix(&pictures).unwrap_or(&path);
        loose.push(File {
            name: format!("docs/images/{}", name.to_string_lossy()),
            content: files::read(&path)?,
        });
    }
    Ok(loose)
}

fn is_current(site: &Path, description: &str, loose: &[File]) -> bool {
    let holds =
        |name: &str, wanted: &[u8]| std::fs::read(site.join(name)).is_ok_and(|have| have == wanted);
    holds("site.json", description.as_bytes())
        && loose.iter().all(|file| holds(&file.name, &file.content))
}

/// Writes a file in all three encodings and prints their sizes; a picture is compressed already.
fn write(path: &Path, content: &[u8]) -> Result<()> {
    if path.extension().is_some_and(|ending| ending == "png") {
        return files::write(path, content);
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_encodings_give_the_content_back() {
        let content = b"the same words, the same words, the same words".repeat(40);
        let mut plain = Vec::new();
        brotli::BrotliDecompress(&mut &brotli(&content).unwrap()[..], &mut plain).unwrap();
        assert_eq!(plain, content);
        plain.clear();
        let packed = gzip(&content).unwrap();
        std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&packed[..]), &mut plain)
            .unwrap();
        assert_eq!(plain, content);
    }

    #[test]
    fn an_ending_is_added_and_replaces_none() {
        assert_eq!(
            with_ending(Path::new("pkg/relay.js"), ".br"),
            Path::new("pkg/relay.js.br")
        );
    }
}
