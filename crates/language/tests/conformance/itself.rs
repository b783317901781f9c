//! The harness checks itself: that it finds its cases where people say, and that nothing to judge is no success.

use std::ffi::OsStr;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::process::Command;

use crate::folder::{OWN, root};

/// How this program ended when it was started with other folders.
struct Ended {
    well: bool,
    said: String,
    complained: String,
}

/// Whether it does what it should; every complaint is printed.
pub(crate) fn is_sound() -> bool {
    let folder = std::env::temp_dir().join(format!("relay-conformance-{}", std::process::id()));
    let checked = check(&folder);
    // What is left of it hurts nobody.
    let _ = fs::remove_dir_all(&folder);
    let complaints =
        checked.unwrap_or_else(|error| vec![format!("it could not be tried: {error}")]);
    for complaint in &complaints {
        eprintln!("the harness itself: {complaint}");
    }
    complaints.is_empty()
}

fn check(folder: &Path) -> std::io::Result<Vec<String>> {
    let mut complaints = Vec::new();
    let mut expect = |holds: bool, what: &str, ended: &Ended| {
        if !holds {
            complaints.push(format!(
                "{what}; it said {:?} and {:?}",
                ended.said, ended.complained
            ));
        }
    };
    let [empty, others, none] = ["empty", "others", "none"].map(|name| folder.join(name));
    for folder in [&empty, &others, &none] {
        fs::create_dir_all(folder)?;
    }
    fs::write(others.join("metadata_api.json"), "{\"cases\": []}")?;
    fs::write(none.join("schedules.json"), "{\"area\": \"schedules\"}")?;

    let report = folder.join("report.json");
    let ended = start(OWN.as_ref(), &from_root(&report)?)?;
    let areas = fs::read_dir(root().join(OWN))?.count();
    let lines = ended.said.lines().filter(|line| line.contains(" passed, "));
    expect(
        ended.well && lines.count() == areas,
        "a folder named from the root is not read",
        &ended,
    );
    let written = fs::read_to_string(&report).unwrap_or_default();
    expect(
        written.contains("\"schedules\""),
        "a report named from the root is not written",
        &ended,
    );

    for (cases, what) in [
        (
            Path::new("crates/language/nowhere"),
            "a folder that is not there counts as success",
        ),
        (&empty, "an empty folder counts as success"),
        (
            &others,
            "a folder with cases of another harness alone counts as success",
        ),
        (&none, "a file without cases counts as success"),
    ] {
        let ended = start(cases.as_ref(), &report)?;
        let name = cases
            .file_name()
            .and_then(OsStr::to_str)
            .unwrap_or_default();
        expect(!ended.well, what, &ended);
        expect(
            ended.complained.contains(name),
            "it does not say which folder it looked into",
            &ended,
        );
    }
    Ok(complaints)
}

/// The path as it is seen from the root.
fn from_root(path: &Path) -> std::io::Result<PathBuf> {
    let up = root().canonicalize()?;
    let up = up
        .components()
        .filter(|part| matches!(part, Component::Normal(_)));
    let names = path
        .components()
        .filter(|part| matches!(part, Component::Normal(_)));
    Ok(up.map(|_| Component::ParentDir).chain(names).collect())
}

/// Starts this program once more.
fn start(cases: &OsStr, report: &Path) -> std::io::Result<Ended> {
    let output = Command::new(std::env::current_exe()?)
        .env("CONFORMANCE_CASES", cases)
        .env("CONFORMANCE_REPORT", report)
        .output()?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ok(Ended {
        well: output.status.success(),
        said: text(&output.stdout),
        complained: text(&output.stderr),
    })
}
