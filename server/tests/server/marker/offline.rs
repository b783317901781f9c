//! What the command line says and writes: of passwords that it is given, of keys that are none, of a
//! database's address, and in backups.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::search::{found_below, found_in};
use super::values::{CANARIES, Canary};
use crate::process::{finish, relay, serve};

/// Runs a command to its end and searches what it has said; answers whether it went well.
fn run(findings: &mut Vec<String>, what: &str, command: Command, input: &str) -> bool {
    let output = finish(command, input);
    for said in [&output.stdout, &output.stderr] {
        let found = found_in(said);
        if !found.is_empty() {
            findings.push(format!("{what}: {found:?}"));
        }
    }
    output.status.success()
}

/// Every command beside the running server, with values wherever one is read.
pub(super) fn commands(place: &[&str]) -> Vec<String> {
    let mut findings = Vec::new();
    let with_place = |arguments: &[&str]| {
        let mut command = relay(arguments);
        command.args(place).env("RUST_LOG", "trace");
        command
    };
    let nobody = [
        "user",
        "set-password",
        "--email",
        "nobody@example.com",
        "--password-stdin",
    ];
    let ana = ["user", "add", "--email", "ana@example.com", "--name", "Ana"];
    let ana = [&ana[..], &["--role", "viewer", "--password-stdin"]].concat();
    // Hashing takes its time: not every value for each.
    for (number, canary) in CANARIES.iter().enumerate() {
        match number % 4 {
            0 => assert!(!run(
                &mut findings,
                "set-password",
                with_place(&nobody),
                &canary.value
            )),
            1 => assert!(!run(
                &mut findings,
                "user add",
                with_place(&ana),
                &canary.value
            )),
            _ => {}
        }
    }
    let added = [
        "user",
        "add",
        "--email",
        "bo@example.com",
        "--name",
        "Bo",
        "--role",
        "viewer",
    ];
    let added = [&added[..], &["--password-stdin"]].concat();
    assert!(run(
        &mut findings,
        "user add",
        with_place(&added),
        &CANARIES[1].value.repeat(2)
    ));
    for arguments in [
        &["keys", "status"][..],
        &["keys", "public"],
        &["keys", "rotate"],
        &["ledger", "verify"],
    ] {
        let went_well = run(
            &mut findings,
            &arguments.join(" "),
            with_place(arguments),
            "",
        );
        assert!(went_well, "{arguments:?}");
    }
    findings
}

/// Adds a person, so that there is a page about somebody else.
pub(super) fn add_somebody(place: &[&str]) {
    let mut command = relay(&["user", "add", "--email", "cy@example.com", "--name", "Cy"]);
    command
        .args(["--role", "viewer", "--password-stdin"])
        .args(place);
    assert!(finish(command, "correct horse battery").status.success());
}

/// Keys and addresses that are none, to a server that must not begin.
pub(super) fn refused_starts(dir: &Path) -> Vec<String> {
    let mut findings = Vec::new();
    let mut refused = |what: &str, command: Command, input: &str| {
        assert!(!run(&mut findings, what, command, input), "{what}");
    };
    let file = dir.join("no.key");
    for (number, canary) in CANARIES.iter().enumerate() {
        let data = dir.join(format!("refused{number}"));
        let value = canary.short();
        if canary.is_storable() {
            let mut command = serve(&data);
            command
                .env("RUST_LOG", "trace")
                .env("RELAY_VAULT_KEY", value);
            refused("RELAY_VAULT_KEY", command, "");
        }
        let mut command = serve(&data);
        command.args(["--key-file", "-"]);
        refused(
            "a key on standard input",
            command,
            &format!("relay-vault-key-v1:{value}"),
        );
        write_private(&file, value);
        let mut command = serve(&data);
        command.arg("--key-file").arg(&file);
        refused("a key file", command, "");
        let in_address: String = value.chars().filter(char::is_ascii_alphanumeric).collect();
        for address in [
            format!("postgres://relay:{in_address}@127.0.0.1:1/relay"),
            format!("mysql://relay:{in_address}@127.0.0.1:1/relay"),
            format!("postgres://relay:{in_address}@127.0.0.1:x/relay"),
        ] {
            if number % 8 == 0 {
                let mut command = serve(&data);
                command.env("RELAY_DATABASE_URL", address);
                refused("an address of a database", command, "");
            }
        }
    }
    findings
}

fn write_private(file: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt;
    fs::write(file, text).unwrap();
    fs::set_permissions(file, fs::Permissions::from_mode(0o600)).unwrap();
}

/// A backup of a SQLite installation, and what is restored from it; answers in which files a value
/// was found.
pub(super) fn backup(place: &[&str], key: &Path, dir: &Path) -> Vec<String> {
    let (file, restored) = (dir.join("backup"), dir.join("restored"));
    let mut findings = Vec::new();
    let mut taken = relay(&["backup"]);
    taken.arg(&file).args(place);
    assert!(run(&mut findings, "backup", taken, ""));
    fs::create_dir(&restored).unwrap();
    fs::copy(key, restored.join("vault.key")).unwrap();
    let mut restoring = relay(&["restore"]);
    restoring.arg(&file).arg("--data-dir").arg(&restored);
    assert!(run(&mut findings, "restore", restoring, ""));
    // It is no empty file that was searched.
    let name = b"my postgresql";
    let whole = fs::read(&file).unwrap();
    assert!(whole.windows(name.len()).any(|window| window == name));
    let found = found_below(dir).into_iter();
    findings.extend(found.map(|(file, found)| format!("{file}: {found:?}")));
    findings
}

/// What `pg_dump` writes of a PostgreSQL database, searched; a value is planted in a table first, to
/// see that it would be found there.
pub(super) fn dumped(url: &str) -> Vec<u8> {
    let (address, options) = url.split_once('?').unwrap();
    let host = options.strip_prefix("host=").unwrap();
    let database = address.rsplit('/').next().unwrap();
    let dumped = Command::new(pg_dump())
        .args([
            "--host",
            host,
            "--username",
            "postgres",
            "--no-password",
            database,
        ])
        .output()
        .unwrap();
    assert!(
        dumped.status.success(),
        "{}",
        String::from_utf8_lossy(&dumped.stderr)
    );
    dumped.stdout
}

fn pg_dump() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").unwrap();
    let tools = versions.map(|version| version.unwrap().path().join("bin/pg_dump"));
    tools.filter(|tool| tool.exists()).max().unwrap()
}

/// The statement that plants a value in a table, as if it had never been sealed.
pub(super) fn planted(canary: &Canary) -> [String; 2] {
    let text = canary.value.replace('\'', "''");
    [
        "create table planted (words text)".to_owned(),
        format!("insert into planted values ('{text}')"),
    ]
}
