//! The fuzz targets of `crates/language/fuzz`: built so that libFuzzer sees what an input reaches, and run beside each
//! other. Everything lies in `target/fuzz`: seeds, the inputs that reached something new, and findings.

use crate::failure::{Failure, Result, While};
use crate::files;
use crate::shell::{built, cargo, say};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

const TARGETS: [&str; 4] = ["parser", "assist", "template", "query"];

/// One input may take so long, on a machine that does something else, too, and so much. The targets
/// themselves look closer at memory.
const BOUNDS: [&str; 3] = ["-timeout=30", "-rss_limit_mb=1024", "-max_len=4096"];

/// Counters at every branch, and the operands of comparisons, which lead the search.
const EYES: [&str; 7] = [
    "--cfg=fuzzing",
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Cllvm-args=-simplifycfg-branch-fold-threshold=0",
];

/// What stands between two seeds in a file of them.
const BETWEEN_SEEDS: &str = "\n%%\n";

/// A target that is running.
pub(crate) struct Round {
    target: &'static str,
    child: Child,
    log: PathBuf,
}

/// What came out of it.
pub(crate) struct Outcome {
    /// One line with its figures.
    pub(crate) line: String,
    pub(crate) held: bool,
}

/// Runs every target for so long and says what came out.
pub(crate) fn run(seconds: &str) -> Result<()> {
    let mut held = true;
    for round in start(seconds, false)? {
        let outcome = round.finish()?;
        say(&outcome.line);
        held &= outcome.held;
    }
    if held {
        return Ok(());
    }
    Err(Failure::new(
        "an input was found that does not hold: put it into crates/language/tests/language/found.rs and mend it",
    ))
}

/// Builds the targets and starts each, perhaps so that it is `kind` to whatever is measured or killed
/// meanwhile.
pub(crate) fn start(seconds: &str, kind: bool) -> Result<Vec<Round>> {
    let host = host()?;
    say("building the fuzz targets");
    let mut rounds = Vec::new();
    for target in TARGETS {
        let name = format!("fuzz_{target}");
        let program = built(
            with_eyes("build", &host).args(["--bin", &name]),
            &name,
            &name,
        )?;
        rounds.push(Round::start(target, &program, seconds, kind)?);
    }
    Ok(rounds)
}

/// clippy, as the targets are built, so that it compiles little more.
pub(crate) fn clippy() -> Result<Command> {
    Ok(with_eyes("clippy", &host()?))
}

fn with_eyes(verb: &str, host: &str) -> Command {
    let mut command = cargo();
    // With a target of their own the flags are not used for what runs while compiling, and nothing that is built
    // without them is built anew.
    command
        .args([
            verb,
            "--package",
            "fuzz",
            "--profile",
            "fuzz",
            "--target",
            host,
        ])
        .env("CARGO_ENCODED_RUSTFLAGS", EYES.join("\u{1f}"));
    command
}

fn host() -> Result<String> {
    let output = cargo()
        .arg("-vV")
        .stderr(Stdio::inherit())
        .output()
        .doing(|| "starting cargo")?;
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .map(str::to_owned)
        .ok_or_else(|| Failure::new("cargo does not say what it builds for"))
}

impl Round {
    fn start(target: &'static str, program: &Path, seconds: &str, kind: bool) -> Result<Self> {
        let sources = files::root().join("crates/language/fuzz");
        let work = files::root().join("target/fuzz");
        let seeds = work.join("seeds").join(target);
        write_seeds(&sources.join("seeds").join(format!("{target}.txt")), &seeds)?;
        let corpus = work.join("corpus").join(target);
        files::create(&corpus)?;
        let findings = work.join("findings").join(target);
        files::create(&findings)?;
        let log = files::root()
            .join("target/logs")
            .join(format!("fuzz-{target}.log"));
        files::write(&log, "")?;
        let output = File::create(&log).doing(|| format!("writing {}", log.display()))?;
        let dictionary = sources.join("dictionaries").join(format!("{target}.dict"));
        let child = Command::new("nice")
            .args(["-n", if kind { "19" } else { "0" }])
            .arg(program)
            .args(BOUNDS)
            .arg(format!("-max_total_time={seconds}"))
            .arg(format!("-dict={}", dictionary.display()))
            .arg(format!("-artifact_prefix={}/", findings.display()))
            .arg("-print_final_stats=1")
            .args([&corpus, &seeds])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(output)
            .spawn()
            .doing(|| format!("starting the fuzz target {target}"))?;
        Ok(Self { target, child, log })
    }

    /// Waits for its end.
    pub(crate) fn finish(mut self) -> Result<Outcome> {
        let target = self.target;
        let status = self
            .child
            .wait()
            .doing(|| format!("waiting for {target}"))?;
        let log = files::read(&self.log)?;
        let log = String::from_utf8_lossy(&log);
        let tried = stat(&log, "stat::number_of_executed_units:");
        let reached = stat(&log, " cov: ");
        let memory = stat(&log, "stat::peak_rss_mb:");
        let finding = stat(&log, "Test unit written to ");
        let figures = format!(
            "fuzz {target}: {tried} inputs tried, {reached} branches reached, at most {memory} MiB"
        );
        Ok(match (status.success(), finding) {
            (true, _) => Outcome {
                line: format!("{figures}; nothing found"),
                held: true,
            },
            (false, "?") => Outcome {
                line: format!("{figures}; ended by itself, see {}", self.log.display()),
                held: false,
            },
            (false, finding) => Outcome {
                line: format!("{figures}; found {finding}, see {}", self.log.display()),
                held: false,
            },
        })
    }
}

/// The last word behind a mark.
fn stat<'l>(log: &'l str, mark: &str) -> &'l str {
    let behind = log.rsplit_once(mark).map(|(_, behind)| behind);
    behind
        .and_then(|behind| behind.split_whitespace().next())
        .unwrap_or("?")
}

/// Each seed becomes a file of its own, as libFuzzer wants it.
fn write_seeds(file: &Path, folder: &Path) -> Result<()> {
    files::remove(folder)?;
    let seeds = files::read(file)?;
    let seeds = String::from_utf8_lossy(&seeds);
    for (number, seed) in seeds.trim_end().split(BETWEEN_SEEDS).enumerate() {
        files::write(&folder.join(format!("{number:02}")), seed)?;
    }
    Ok(())
}
