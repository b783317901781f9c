//! Nothing that was typed into a secret field is in any file of the database, in any encoding that
//! somebody would think of first. The search proves itself on planted files.

use std::fs;
use std::path::Path;

use service::Change;

use crate::help::{self, PASSWORD, changes, secret, somewhere, values};

const MARKER: &str = "mArKeR-7f3a9c51-value";

/// The marker as it is, and in a few disguises.
fn spellings() -> Vec<Vec<u8>> {
    let digit = |four_bits: u8| char::from(b"0123456789abcdef"[usize::from(four_bits)]);
    let hex: String = MARKER
        .bytes()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect();
    let wide: Vec<u8> = MARKER.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let reversed: String = MARKER.chars().rev().collect();
    let mut all = vec![
        MARKER.as_bytes().to_vec(),
        hex.to_uppercase().into_bytes(),
        hex.into_bytes(),
        wide,
        reversed.into_bytes(),
    ];
    // Base64 looks different at each of three offsets; what is left in the middle is the same.
    for offset in 0..3 {
        let encoded = base64(format!("{}{MARKER}", "x".repeat(offset)).as_bytes());
        all.push(encoded.as_bytes()[4..encoded.len() - 4].to_vec());
    }
    all
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let mut block = [0; 3];
        block[..three.len()].copy_from_slice(three);
        let bits = u32::from_be_bytes([0, block[0], block[1], block[2]]);
        for shift in [18, 12, 6, 0] {
            text.push(char::from(DIGITS[(bits >> shift) as usize & 63]));
        }
    }
    text
}

/// The files under `directory` that hold `word`.
fn found(directory: &Path, word: &[u8]) -> Vec<String> {
    let mut hits = Vec::new();
    for file in fs::read_dir(directory).unwrap() {
        let path = file.unwrap().path();
        if path.is_dir() {
            hits.extend(found(&path, word));
        } else if fs::read(&path)
            .unwrap()
            .windows(word.len())
            .any(|part| part == word)
        {
            hits.push(path.display().to_string());
        }
    }
    hits
}

#[test]
fn a_marker_typed_into_every_field_is_in_no_file() {
    store::testing::on_sqlite(|database| async move {
        let (house, ana) = help::with_ana(&database).await;
        let service = &house.service;
        house.add_workflow(&ana, "one").await;
        let id = service.new_connection_id(&ana).unwrap();
        let mut form = help::aws(&id);
        form.values = values(&[("accessKeyID", MARKER), ("secretAccessKey", MARKER)]);
        service.add_connection(&ana, form).await.unwrap();
        let change = changes([("accessKeyID", Change::Replace(secret(MARKER).into()))]);
        service
            .overwrite_connection(&ana, &id, 1, change)
            .await
            .unwrap();
        // Refused forms leave nothing either.
        let mut form = help::aws(&service.new_connection_id(&ana).unwrap());
        form.values = values(&[
            ("accessKeyID", MARKER),
            ("secretAccessKey", MARKER),
            (MARKER, MARKER),
        ]);
        assert!(service.add_connection(&ana, form).await.is_err());
        let token = service.new_secret_id(&ana).unwrap();
        service
            .add_secret(&ana, "one", "token", secret(MARKER), token.clone())
            .await
            .unwrap();
        service
            .overwrite_secret(&ana, "one", &token, 1, secret(MARKER))
            .await
            .unwrap();
        assert!(
            service
                .sign_in(MARKER, secret(MARKER), &somewhere())
                .await
                .is_err()
        );
        assert!(
            service
                .sign_in("ana@example.com", secret(MARKER), &somewhere())
                .await
                .is_err()
        );

        let directory = database.directory();
        for word in spellings() {
            assert_eq!(found(directory, &word), Vec::<String>::new());
            let planted = directory.join("data/planted");
            fs::write(&planted, [&b"before"[..], &word, b"after"].concat()).unwrap();
            assert_eq!(
                found(directory, &word).len(),
                1,
                "the search finds what is there"
            );
            fs::remove_file(planted).unwrap();
        }
        // The search does find names, so it looks into the right files.
        assert!(!found(directory, b"my-aws-account").is_empty());
        assert!(found(directory, PASSWORD.as_bytes()).is_empty());
        house.store.close().await;
        for word in spellings() {
            assert!(found(directory, &word).is_empty());
        }
    });
}

#[test]
fn an_overwritten_ciphertext_is_gone_from_the_file() {
    store::testing::on_sqlite(|database| async move {
        let (house, ana) = help::with_ana(&database).await;
        let id = house.add_aws(&ana).await;
        let account = house.service.account();
        let old = store::connections::sealed(&house.store, account, &id, "accessKeyID").await;
        let old = old.unwrap().unwrap().1.ciphertext;
        assert_eq!(found(database.directory(), &old).len(), 1);
        let change = changes([("accessKeyID", Change::Replace(secret("another").into()))]);
        house
            .service
            .overwrite_connection(&ana, &id, 1, change)
            .await
            .unwrap();
        // Closing moves the log into the file.
        house.store.close().await;
        assert!(found(database.directory(), &old).is_empty());
    });
}
