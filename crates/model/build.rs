//! Turns `catalogue.yaml` into Rust constants, refusing what the types do not allow, and picks out of Unicode's tables
//! what the composed form of names takes.

use std::error::Error;
use std::{env, fmt::Write as _, fs, path::Path};

use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{canonical_combining_class, compose, decompose_canonical};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Type {
    name: String,
    label: String,
    group: String,
    summary: String,
    advice: String,
    fields: Vec<Field>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Field {
    name: String,
    label: String,
    help: String,
    #[serde(default = "yes")]
    secret: bool,
    #[serde(default)]
    multiline: bool,
    #[serde(default = "yes")]
    required: bool,
}

fn yes() -> bool {
    true
}

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=catalogue.yaml");
    println!("cargo::rerun-if-changed=build.rs");
    let out = env::var("OUT_DIR")?;
    fs::write(Path::new(&out).join("catalogue.rs"), catalogue()?)?;
    fs::write(Path::new(&out).join("composed.rs"), composed()?)?;
    Ok(())
}

fn catalogue() -> Result<String, Box<dyn Error>> {
    let types: Vec<Type> = serde_yaml::from_str(&fs::read_to_string("catalogue.yaml")?)?;
    let mut code = String::from("static CATALOGUE: &[ConnectionType] = &[\n");
    for Type {
        name,
        label,
        group,
        summary,
        advice,
        fields,
    } in types
    {
        write!(
            code,
            "ConnectionType {{ name: {name:?}, label: {label:?}, group: {group:?}, \
             summary: {summary:?}, advice: {advice:?}, fields: &["
        )?;
        for Field {
            name,
            label,
            help,
            secret,
            multiline,
            required,
        } in fields
        {
            write!(
                code,
                "Field {{ name: {name:?}, label: {label:?}, help: {help:?}, secret: {secret}, \
                 multiline: {multiline}, required: {required} }},"
            )?;
        }
        code.push_str("] },\n");
    }
    code.push_str("];\n");
    Ok(code)
}

/// The tables of `src/composed.rs`; Hangul is computed there.
fn composed() -> Result<String, Box<dyn Error>> {
    let mut pairs = Vec::new();
    let mut one_way = Vec::new();
    let mut classes: Vec<(char, char, u8)> = Vec::new();
    for c in '\u{80}'..=char::MAX {
        let class = canonical_combining_class(c);
        match classes.last_mut() {
            Some((_, last, same)) if *same == class && u32::from(*last) + 1 == u32::from(c) => {
                *last = c;
            }
            _ if class != 0 => classes.push((c, c, class)),
            _ => {}
        }
        let mut apart = Vec::new();
        decompose_canonical(c, |part| apart.push(part));
        if apart == [c] || ('\u{ac00}'..='\u{d7a3}').contains(&c) {
            continue;
        }
        let halves = halves(&apart).filter(|(first, second)| compose(*first, *second) == Some(c));
        if let Some((first, second)) = halves {
            pairs.push((first, second, c));
        } else {
            apart.resize(apart.len().max(3), '\0');
            let parts: [char; 3] = apart.try_into().map_err(|_| "a character has four parts")?;
            one_way.push((c, parts));
        }
    }
    pairs.sort_unstable();
    let mut by_composed: Vec<usize> = (0..pairs.len()).collect();
    by_composed.sort_unstable_by_key(|at| pairs[*at].2);
    let code = format!(
        "static PAIRS: [(char, char, char); {}] = {pairs:?};\n\
         static BY_COMPOSED: [u16; {}] = {by_composed:?};\n\
         static ONE_WAY: [(char, [char; 3]); {}] = {one_way:?};\n\
         static CLASSES: [(char, char, u8); {}] = {classes:?};\n",
        pairs.len(),
        by_composed.len(),
        one_way.len(),
        classes.len(),
    );
    // Inside of quotes, where alone there is anything else than ASCII.
    let escaped = code.chars().map(|c| match c {
        c if c.is_ascii() => c.to_string(),
        c => c.escape_unicode().to_string(),
    });
    Ok(escaped.collect())
}

/// The last part, and what the others are together if that is one character.
fn halves(apart: &[char]) -> Option<(char, char)> {
    let (second, first) = apart.split_last()?;
    let mut first = first.iter().copied().nfc();
    let only = first.next()?;
    first.next().is_none().then_some((only, *second))
}
