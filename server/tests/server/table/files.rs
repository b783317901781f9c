//! Every file of the site, and what is said where there is nothing.

use axum::http::{Method, StatusCode, header};
use server::assets::Site;
use server::metadata::requests;
use store::testing::TestDatabase;

use super::{Asker, From, HTML, JSON, Scene, Who};
use crate::harness::Answer;
use crate::headers::{NOTHING, assert_is_policy_of_a_page};

/// Where a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Folder {
    /// Of this build, named by what is in it.
    Build,
    Pictures,
    Top,
}

/// The kinds of files there are: where, how their names end, and what they are told to be. A file of
/// no kind has no business in the binary.
const KINDS: [(Folder, &str, &str); 6] = [
    (Folder::Build, ".js", "text/javascript; charset=utf-8"),
    (Folder::Build, ".css", "text/css; charset=utf-8"),
    (Folder::Build, ".wasm", "application/wasm"),
    (
        Folder::Build,
        "/vocabulary.txt",
        "text/plain; charset=utf-8",
    ),
    (Folder::Pictures, ".png", "image/png"),
    (Folder::Top, "/favicon.svg", "image/svg+xml"),
];

/// The kind of a file: its folder, and its media type.
fn kind(site: &Site, path: &str) -> (Folder, &'static str) {
    let folder = if path.starts_with(&format!("/{}/", site.pkg())) {
        Folder::Build
    } else if path.starts_with("/docs/images/") {
        Folder::Pictures
    } else {
        Folder::Top
    };
    let mut kinds = KINDS.iter();
    let kind = kinds.find(|(of, end, _)| *of == folder && path.ends_with(end));
    let (_, _, media_type) = kind.unwrap_or_else(|| panic!("{path} is of no kind: say which"));
    (folder, media_type)
}

/// What every file says about itself.
fn assert_is_file(site: &Site, path: &str, answer: &Answer, cell: &str) {
    let (folder, media_type) = kind(site, path);
    let keep = match folder {
        Folder::Build if site.is_built() => "public, max-age=31536000, immutable",
        _ => "public, max-age=3600",
    };
    let policy = if folder == Folder::Build && path.ends_with("/worker.js") {
        "default-src 'none'; script-src 'self'"
    } else {
        NOTHING
    };
    assert_eq!(answer.status, StatusCode::OK, "{cell}");
    for (name, value) in [
        ("content-type", media_type),
        ("cache-control", keep),
        ("content-security-policy", policy),
        ("vary", "accept-encoding"),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("set-cookie", ""),
    ] {
        assert_eq!(answer.header(name), value, "{cell}: {name}");
    }
    assert!(!answer.header("etag").is_empty(), "{cell}");
}

/// A file for everybody, who all get the same one.
async fn ask_for_file(site: &Site, path: &str, askers: &[Asker]) {
    let first = askers[0].ask(JSON, From::Own, Method::GET, path, "").await;
    assert!(!first.body.is_empty(), "{path}");
    for asker in askers {
        for (accept, from) in From::ALL.map(|from| [(JSON, from), (HTML, from)]).concat() {
            let cell = format!("{path} {:?} {from:?} {accept}", asker.who);
            let answer = asker.ask(accept, from, Method::GET, path, "").await;
            assert_is_file(site, path, &answer, &cell);
            assert_eq!(answer.headers, first.headers, "{cell}");
            assert!(answer.body == first.body, "{cell}: other bytes");
            let answer = asker.ask(accept, from, Method::HEAD, path, "").await;
            assert_eq!(answer.status, StatusCode::OK, "HEAD {cell}");
            assert_eq!(answer.headers, first.headers, "HEAD {cell}");
            assert!(answer.body.is_empty(), "HEAD {cell}");
            if from == From::Link {
                continue;
            }
            let answer = asker.ask(accept, from, Method::POST, path, "").await;
            if from == From::Own {
                assert_is_nowhere(&answer, &format!("POST {cell}"));
            } else {
                assert_is_foreign(&answer, &format!("POST {cell}"));
            }
        }
    }
}

/// The page of an address where there is nothing.
fn assert_is_nowhere(answer: &Answer, cell: &str) {
    assert_eq!(answer.status, StatusCode::NOT_FOUND, "{cell}");
    assert_eq!(
        answer.header("content-type"),
        "text/html; charset=utf-8",
        "{cell}"
    );
    assert_eq!(answer.header("cache-control"), "no-store", "{cell}");
    assert_is_policy_of_a_page(cell, answer.header("content-security-policy"));
    assert!(!answer.headers.contains_key(header::SET_COOKIE), "{cell}");
}

fn assert_is_foreign(answer: &Answer, cell: &str) {
    let told = (answer.status, answer.code());
    assert_eq!(
        told,
        (StatusCode::FORBIDDEN, "foreign_origin".to_owned()),
        "{cell}"
    );
}

/// A page without what is made anew for each answer.
fn without_nonce(answer: &Answer) -> String {
    let policy = answer.header("content-security-policy");
    let rest = policy.split_once("'nonce-").unwrap().1;
    let nonce = rest.split_once('\'').unwrap().0;
    assert!(nonce.len() > 20, "{policy}");
    answer.text().replace(nonce, "")
}

/// Addresses where there is nothing for anybody: files as they are called in the binary, or might be;
/// what other servers have; and what a step asks for at its own door.
fn nowhere(site: &Site) -> Vec<String> {
    let pkg = site.pkg();
    let mut all: Vec<_> = [
        "/nowhere",
        "/pkg/none/relay.js",
        "/site.json",
        "/favicon.svg.gz",
        "/docs/images/",
        "/.env",
        "/vault.key",
        "/api/v1/openapi.json",
        "/workflows/",
        "/fn",
    ]
    .map(str::to_owned)
    .into();
    all.extend(
        ["", "/", "/relay.css.br", "/workbench_bg.wasm.map"].map(|end| format!("/{pkg}{end}")),
    );
    let of_steps = requests().map(|(_, path)| path);
    let of_steps = of_steps.filter(|path| *path != "/healthz");
    all.extend(of_steps.map(|path| path.replace(['{', '}'], "")));
    all
}

store::both! {
    async fn every_file_for_everybody_from_everywhere(database: TestDatabase) {
        let scene = Scene::on(&database).await;
        let site = &scene.house.app.site;
        let mut files: Vec<_> = site.addresses().collect();
        files.sort_unstable();
        // Without a build of the browser's half there are none; `make test` makes one first.
        assert!(files.len() > 15 || !site.is_built(), "{files:?}");
        for path in files {
            ask_for_file(site, path, &scene.askers).await;
        }
        scene.end().await;
    }

    async fn nothing_is_nothing_for_everybody_from_everywhere(database: TestDatabase) {
        let scene = Scene::on(&database).await;
        for path in nowhere(&scene.house.app.site) {
            let stranger = scene.askers.iter().find(|asker| asker.who == Who::Nobody).unwrap();
            let stranger = stranger.ask(HTML, From::Own, Method::GET, &path, "").await;
            let stranger = without_nonce(&stranger);
            for asker in &scene.askers {
                for (accept, from) in From::ALL.map(|from| [(JSON, from), (HTML, from)]).concat() {
                    let cell = format!("{path} {:?} {from:?} {accept}", asker.who);
                    let answer = asker.ask(accept, from, Method::GET, &path, "").await;
                    assert_is_nowhere(&answer, &cell);
                    if asker.who.role().is_none() {
                        assert_eq!(without_nonce(&answer), stranger, "{cell}");
                    }
                    let answer = asker.ask(accept, from, Method::HEAD, &path, "").await;
                    assert_is_nowhere(&answer, &format!("HEAD {cell}"));
                    let answer = asker.ask(accept, from, Method::POST, &path, "").await;
                    if from == From::Own {
                        assert_is_nowhere(&answer, &format!("POST {cell}"));
                    } else {
                        assert_is_foreign(&answer, &format!("POST {cell}"));
                    }
                }
            }
        }
        scene.end().await;
    }
}
