//! Turns `catalogue.yaml` into Rust constants, refusing what the types do not allow.

use std::{env, fmt::Write as _, fs, path::Path};

use serde::Deserialize;

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

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=catalogue.yaml");
    println!("cargo::rerun-if-changed=build.rs");
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
    fs::write(Path::new(&env::var("OUT_DIR")?).join("catalogue.rs"), code)?;
    Ok(())
}
