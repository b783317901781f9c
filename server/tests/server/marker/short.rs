//! Two values that cannot be told from other text wherever it stands, and so are not searched for
//! everywhere: one of three characters and an ordinary word. They are searched for where values belong
//! or could be shown: in every cell of every table, on the pages about them, in the answers to what was
//! typed, in the ledger's file, and there as words of their own.

use store::both;
use store::testing::TestDatabase;

use super::all_in_the_vault;
use super::encodings::ENCODINGS;
use super::typing::{SECRETS, Typed, WORKFLOW, id};
use crate::harness::{Answer, Browser, TestApp};

const THREE: &str = "q7Z";
const WORD: &str = "sunshine";

/// How the values are spelled that stand in a text as words of their own.
fn found_in(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for value in [THREE, WORD] {
        for (name, encode) in ENCODINGS {
            let spelled = String::from_utf8(encode(value.as_bytes())).unwrap();
            if stands_in(text, &spelled) {
                found.push(format!("{value}, {name}"));
            }
        }
    }
    found
}

/// Whether neither a letter nor a digit stands beside it.
fn stands_in(text: &str, spelled: &str) -> bool {
    let is_part = |character: Option<char>| character.is_some_and(char::is_alphanumeric);
    text.match_indices(spelled).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let behind = text[at + spelled.len()..].chars().next();
        !is_part(before) && !is_part(behind)
    })
}

/// The same of a cell: text, or bytes that are nothing else.
fn found_in_cell(bytes: &[u8]) -> Vec<String> {
    match std::str::from_utf8(bytes) {
        Ok(text) => found_in(text),
        Err(_) => ENCODINGS
            .iter()
            .filter(|(_, encode)| {
                bytes == encode(THREE.as_bytes()) || bytes == encode(WORD.as_bytes())
            })
            .map(|(name, _)| format!("bytes, {name}"))
            .collect(),
    }
}

/// The tables of a database, and each column as an expression that writes its bytes in hexadecimal.
fn layout(database: &TestDatabase) -> [&'static str; 2] {
    if database.is_sqlite() {
        [
            "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'",
            "select 'hex(\"' || name || '\")' from pragma_table_info('TABLE')",
        ]
    } else {
        [
            "select cast(tablename as text) from pg_tables where schemaname = 'public'",
            "select 'encode(' || case data_type when 'bytea' then quote_ident(column_name) \
             else 'convert_to(cast(' || quote_ident(column_name) || ' as text), ''UTF8'')' end \
             || ', ''hex'')' from information_schema.columns \
             where table_schema = 'public' and table_name = 'TABLE'",
        ]
    }
}

/// Where a value stands in a cell, and how many cells were looked at.
async fn found_in_rows(database: &TestDatabase) -> (Vec<String>, usize) {
    let [tables, columns] = layout(database);
    let (mut found, mut cells) = (Vec::new(), 0);
    for table in database.texts(tables).await.unwrap() {
        let columns = columns.replace("TABLE", &table);
        for column in database.texts(&columns).await.unwrap() {
            let all = format!("select coalesce({column}, '') from \"{table}\"");
            for hex in database.texts(&all).await.unwrap() {
                cells += 1;
                let spelled = found_in_cell(&bytes_of(&hex));
                if !spelled.is_empty() {
                    found.push(format!("{table}, {column}: {spelled:?}"));
                }
            }
        }
    }
    (found, cells)
}

fn bytes_of(hex: &str) -> Vec<u8> {
    let pairs = hex.as_bytes().chunks(2);
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    pairs.map(byte).collect()
}

/// The number of the connection's id.
const CONNECTION: usize = 77;

/// Whoever types, and everything that was answered to it and holds a value.
struct Typist {
    ada: Browser,
    findings: Vec<String>,
}

impl Typist {
    fn keep(&mut self, what: &str, answer: &Answer) {
        let spelled = found_in(&answer.text());
        if !spelled.is_empty() {
            self.findings.push(format!("{what}: {spelled:?}"));
        }
    }

    /// Once as it should be, and then again, which is refused: as a form and as a call.
    async fn send(&mut self, function: &str, fields: &[(&str, &str)]) {
        let taken = self.ada.submit(function, fields).await;
        assert_eq!(taken.status, 303, "{function}: {}", taken.text());
        self.keep(function, &taken);
        for answer in [
            self.ada.submit(function, fields).await,
            self.ada.call(function, fields).await,
        ] {
            assert!(
                answer.status.is_client_error(),
                "{function}: {}",
                answer.text()
            );
            self.keep(&format!("{function}, refused"), &answer);
        }
    }
}

/// Types both, and answers what has to be in the vault now.
async fn type_them(typist: &mut Typist) -> Typed {
    let created = typist
        .ada
        .call("create_workflow", &[("name", WORKFLOW)])
        .await;
    assert!(created.status.is_success());
    let mut typed = Typed::new();
    let connection = id(CONNECTION);
    let first = [
        ("id", &*connection),
        ("type_name", "aws"),
        ("name", "short"),
        ("values[accessKeyID]", WORD),
        ("values[secretAccessKey]", THREE),
    ];
    typist.send("add_connection", &first).await;
    let second = [
        ("id", &*connection),
        ("revision", "1"),
        ("changes[accessKeyID]", "replace"),
        ("changes[secretAccessKey]", "replace"),
        ("values[accessKeyID]", THREE),
        ("values[secretAccessKey]", WORD),
    ];
    typist.send("overwrite_connection", &second).await;
    for (field, value) in [("accessKeyID", THREE), ("secretAccessKey", WORD)] {
        typed.insert((connection.clone(), field.to_owned()), value.to_owned());
    }
    for (number, [before, after]) in [[THREE, WORD], [WORD, THREE]].into_iter().enumerate() {
        let (id, name) = (id(SECRETS + number), format!("c{number}"));
        let of = [("workflow", WORKFLOW), ("id", &*id)];
        let add = [&of[..], &[("name", &*name), ("value", before)]].concat();
        typist.send("add_secret", &add).await;
        let overwrite = [&of[..], &[("revision", "1"), ("value", after)]].concat();
        typist.send("overwrite_secret", &overwrite).await;
        typed.insert((id, name), after.to_owned());
    }
    typed
}

both! {
    async fn values_too_short_to_be_searched_everywhere(database: TestDatabase) {
        let (app, ring) = TestApp::with_key(&database).await;
        let mut typist = Typist {
            ada: app.person(model::Role::Administrator).await,
            findings: Vec::new(),
        };
        let typed = type_them(&mut typist).await;
        let (connection, secret) = (id(CONNECTION), id(SECRETS));
        for path in [
            "/connections".to_owned(),
            format!("/connections/{connection}"),
            format!("/connections/{connection}/overwrite"),
            format!("/connections/{connection}/grants"),
            format!("/connections/{connection}/delete"),
            format!("/workflows/{WORKFLOW}?setup=open"),
            format!("/workflows/{WORKFLOW}/settings"),
            format!("/workflows/{WORKFLOW}/secrets/{secret}"),
            format!("/workflows/{WORKFLOW}/secrets/{secret}/overwrite"),
            "/ledger".to_owned(),
            "/ledger.csv".to_owned(),
        ] {
            let page = typist.ada.get(&path).await;
            assert_eq!(page.status, 200, "{path}");
            typist.keep(&path, &page);
        }
        assert_eq!(typist.findings, [""; 0]);
        let (found, cells) = found_in_rows(&database).await;
        assert_eq!(found, [""; 0]);
        assert!(cells > 200, "{cells}");

        // Had one of them not been sealed, it would have been found.
        let kind = if database.is_sqlite() { "blob" } else { "bytea" };
        for statement in [
            format!("create table planted (words text, bytes {kind})"),
            format!("insert into planted values ('{{\"a\":\"{THREE}\"}}', {})", database.bytes(WORD.as_bytes())),
        ] {
            database.execute(&statement).await.unwrap();
        }
        assert_eq!(found_in_rows(&database).await.0.len(), 2);
        all_in_the_vault(&app.store, &ring, typed).await;
    }
}

#[test]
fn words_of_their_own_are_found() {
    for text in [
        "q7Z",
        "<td>q7Z</td>",
        "a=q7Z&b",
        "[\"q7Z\"]",
        "113, 55, 90",
        "x Q7Z.",
        "\"cTda\"",
    ] {
        assert!(!found_in(text).is_empty(), "{text}");
    }
    for text in ["aq7Z", "q7Zé", "qq7ZZ", "sunshines", "cTdaQQ"] {
        assert_eq!(found_in(text), [""; 0], "{text}");
    }
}
