//! Turns `docs/*.md` into HTML once, when Relay is built. A chapter's title is its first heading;
//! its place in the list is the number its file name begins with.

use std::{env, fmt::Write as _, fs, path::Path};

use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, html};

/// Links between chapters and to their pictures, as the server serves them.
fn served(target: CowStr<'_>) -> CowStr<'_> {
    if let Some(picture) = target.strip_prefix("images/") {
        return format!("/docs/images/{picture}").into();
    }
    match target.strip_suffix(".md") {
        Some(chapter) if !chapter.contains('/') => format!("/docs/{}", slug(chapter)).into(),
        _ => target,
    }
}

fn slug(stem: &str) -> &str {
    stem.trim_start_matches(|c: char| c.is_ascii_digit())
        .trim_start_matches('-')
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = Path::new("../docs");
    println!("cargo::rerun-if-changed=../docs");
    println!("cargo::rerun-if-changed=build.rs");
    let mut files: Vec<_> = fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    files.sort_by_key(fs::DirEntry::file_name);
    let mut code = String::from("static CHAPTERS: &[Chapter] = &[\n");
    for file in files {
        let path = file.path();
        let name = file
            .file_name()
            .into_string()
            .map_err(|_| "a file name in docs/ is not UTF-8")?;
        let numbered = name.starts_with(|c: char| c.is_ascii_digit());
        let Some(stem) = name.strip_suffix(".md").filter(|_| numbered) else {
            continue;
        };
        let text = fs::read_to_string(&path)?;
        let title = text
            .lines()
            .find_map(|line| line.strip_prefix("# "))
            .ok_or_else(|| format!("{name} has no heading"))?;
        let events = Parser::new_ext(&text, Options::ENABLE_TABLES).map(|event| match event {
            Event::Start(Tag::Link {
                link_type,
                dest_url,
                title,
                id,
            }) => Event::Start(Tag::Link {
                link_type,
                dest_url: served(dest_url),
                title,
                id,
            }),
            Event::Start(Tag::Image {
                link_type,
                dest_url,
                title,
                id,
            }) => Event::Start(Tag::Image {
                link_type,
                dest_url: served(dest_url),
                title,
                id,
            }),
            other => other,
        });
        let mut page = String::new();
        html::push_html(&mut page, events);
        writeln!(
            code,
            "Chapter {{ slug: {:?}, title: {title:?}, html: {page:?} }},",
            slug(stem)
        )?;
    }
    code.push_str("];\n");
    fs::write(Path::new(&env::var("OUT_DIR")?).join("docs.rs"), code)?;
    Ok(())
}
