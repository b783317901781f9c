//! Key files and keys given as text.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::time::{Duration, SystemTime};

use opener::{KEY_FORMAT, KeyError, KeyRing, Keys};
use tempfile::TempDir;

fn mode(path: &Path) -> u32 {
    fs::metadata(path).map_or(0, |file| file.permissions().mode() & 0o7777)
}

fn error(path: &Path) -> String {
    KeyRing::from_file(path)
        .err()
        .map(|error| error.to_string())
        .unwrap_or_default()
}

#[test]
fn a_saved_key_is_the_same_key_and_belongs_to_its_owner_alone() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("vault.key");
    let keys = KeyRing::generate().unwrap();
    keys.save_new(&path).unwrap();

    assert_eq!(mode(&path), 0o600);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.starts_with(KEY_FORMAT) && text.ends_with('\n') && text.lines().count() == 1);
    assert_eq!(
        KeyRing::from_file(&path).ok().unwrap().key_id(),
        keys.key_id()
    );
    assert_eq!(
        KeyRing::from_text(text).ok().unwrap().public_key(),
        keys.public_key()
    );
    let files: Vec<_> = fs::read_dir(&directory).unwrap().collect();
    assert_eq!(files.len(), 1, "the draft is gone: {files:?}");
}

#[test]
fn a_key_is_never_written_over_anything() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("vault.key");
    fs::write(&path, "something").unwrap();
    let dangling = directory.path().join("link");
    symlink(directory.path().join("nowhere"), &dangling).unwrap();
    let keys = KeyRing::generate().unwrap();

    for taken in [&path, &dangling] {
        let error = keys.save_new(taken).unwrap_err();
        assert!(matches!(error, KeyError::AlreadyExists(_)));
        assert!(error.to_string().contains(taken.to_str().unwrap()));
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), "something");
    assert_eq!(
        fs::read_dir(&directory).unwrap().count(),
        2,
        "no draft is left behind"
    );
}

#[test]
fn a_key_that_cannot_be_written_leaves_nothing() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("missing").join("vault.key");
    let error = KeyRing::generate().unwrap().save_new(&path).unwrap_err();
    let sentence = format!("the key file {} cannot be written: ", path.display());
    assert!(error.to_string().starts_with(&sentence), "{error}");
    assert_eq!(fs::read_dir(&directory).unwrap().count(), 0);
}

#[test]
fn a_file_that_is_open_to_others_is_refused() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("vault.key");
    KeyRing::generate().unwrap().save_new(&path).unwrap();
    let shown = path.display();
    for open in [
        0o640, 0o604, 0o620, 0o602, 0o610, 0o601, 0o644, 0o666, 0o777, 0o440,
    ] {
        fs::set_permissions(&path, Permissions::from_mode(open)).unwrap();
        let sentence = format!(
            "the key file {shown} is open to other users (mode {open:03o}): run `chmod 600 {shown}`"
        );
        assert_eq!(error(&path), sentence);
    }
    for closed in [0o600, 0o400, 0o700] {
        fs::set_permissions(&path, Permissions::from_mode(closed)).unwrap();
        assert!(KeyRing::from_file(&path).is_ok(), "{closed:o}");
    }
    // A link to a closed file is as good as the file: secrets are often mounted that way.
    let link = directory.path().join("link");
    symlink(&path, &link).unwrap();
    assert!(KeyRing::from_file(&link).is_ok());
}

#[test]
fn what_is_no_key_file_is_named_in_one_sentence() {
    let directory = TempDir::new().unwrap();
    let missing = directory.path().join("vault.key");
    assert!(matches!(
        KeyRing::from_file(&missing).err(),
        Some(KeyError::Missing(_))
    ));
    assert_eq!(
        error(&missing),
        format!("there is no key file {}", missing.display())
    );
    let folder = directory.path();
    let sentence = format!(
        "{} is not a file, so it cannot be the key file",
        folder.display()
    );
    assert_eq!(error(folder), sentence);

    let marker = "MARKERMARKERMARKER";
    for (name, bytes, end) in [
        ("empty", Vec::new(), "is empty"),
        ("blank", b" \n".to_vec(), "is empty"),
        (
            "garbage",
            marker.as_bytes().to_vec(),
            "does not hold a vault key: it must be one line",
        ),
        (
            "binary",
            vec![0xff; 32],
            "does not hold a vault key: it must be one line",
        ),
        (
            "large",
            b"x".repeat(1 << 20),
            "does not hold a vault key: it must be one line",
        ),
        (
            "short",
            format!("{KEY_FORMAT}{marker}\n").into_bytes(),
            "holds a vault key of the wrong length: it must be 32 bytes",
        ),
        (
            "second line",
            format!("{KEY_FORMAT}{}\n{marker}\n", "A".repeat(43)).into_bytes(),
            "does not hold a vault key: it must be one line",
        ),
        (
            "later",
            format!("relay-vault-key-v2:{}\n", "A".repeat(43)).into_bytes(),
            "does not hold a vault key: it must be one line",
        ),
    ] {
        let path = folder.join(name);
        fs::write(&path, bytes).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        let error = error(&path);
        let sentence = format!("the key file {} {end}", path.display());
        assert!(error.starts_with(&sentence), "{name}: {error}");
        assert!(
            !error.contains(marker) && !error.contains('\n'),
            "{name}: {error}"
        );
    }
}

#[test]
fn a_given_text_that_is_no_key_is_not_repeated() {
    for text in [
        "",
        "MARKERMARKERMARKER",
        "relay-vault-key-v9:MARKER",
        "MARKER MARKER",
    ] {
        let error = KeyRing::from_text(text.to_owned()).err().unwrap();
        assert!(
            error
                .to_string()
                .starts_with("the vault key that was given as text ")
        );
        assert!(
            !format!("{error} {error:?}").contains("MARKER"),
            "{error:?}"
        );
    }
}

#[test]
fn drafts_that_were_left_behind_are_removed() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("vault.key");
    let keys = KeyRing::generate().unwrap();
    keys.save_new(&path).unwrap();
    let id = keys.key_id();
    let old = SystemTime::now() - Duration::from_hours(1);
    let lay = |name: &str, at: Option<SystemTime>| {
        let path = directory.path().join(name);
        fs::write(&path, "a private key").unwrap();
        if let Some(at) = at {
            let file = fs::File::options().write(true).open(&path).unwrap();
            file.set_modified(at).unwrap();
        }
        path
    };
    let left = [
        lay(".vault.key.0123456789abcdef", Some(old)),
        lay(&format!(".vault.key.{id}.fedcba9876543210"), Some(old)),
    ];
    let others = [
        // Somebody is writing it.
        lay(".vault.key.0000000000000000", None),
        lay(".vault.key.swp", Some(old)),
        lay("vault.key.0123456789abcdef.old", Some(old)),
        lay(".other.key.0123456789abcdef", Some(old)),
    ];
    let keys = Keys::of_file(path.clone(), KeyRing::from_file(&path).unwrap(), true);
    keys.tidy().unwrap();
    assert!(left.iter().all(|path| !path.exists()), "{left:?}");
    assert!(others.iter().all(|path| path.exists()), "{others:?}");
    assert!(path.exists());
}
