//! The server of a process without pages: nothing of all the others is there.

use axum::http::{Method, StatusCode};
use model::Role;
use server::metadata::requests;
use store::testing::TestDatabase;

use super::routes::routes;
use super::{Asker, From, HTML, JSON, Scene, Who};
use crate::functions::FUNCTIONS;
use crate::pages::address;

store::both! {
    async fn a_server_without_pages_has_nothing_but_its_health(database: TestDatabase) {
        let scene = Scene::on(&database).await;
        let app = &scene.house.app;
        let mut paths: Vec<_> = routes().map(|(route, _)| address(route)).collect();
        paths.extend(FUNCTIONS.iter().map(|function| format!("/fn/{}", function.name)));
        paths.extend(app.site.addresses().map(str::to_owned));
        paths.extend(requests().map(|(_, path)| path.replace(['{', '}'], "")));
        paths.push("/nowhere".to_owned());
        let mut cells = 0;
        for asker in &scene.askers {
            if !matches!(asker.who, Who::Nobody | Who::Step | Who::Of(Role::Administrator)) {
                continue;
            }
            let asker = Asker { browser: app.without_pages(&asker.browser), token: asker.token.clone(), ..*asker };
            for path in &paths {
                for (method, accept) in [
                    (Method::GET, JSON), (Method::GET, HTML), (Method::HEAD, HTML),
                    (Method::POST, JSON), (Method::POST, HTML),
                ] {
                    let cell = format!("{method} {path} {:?} {accept}", asker.who);
                    let answer = asker.ask(accept, From::Own, method.clone(), path, "").await;
                    let expected = match (path.as_str(), &method) {
                        ("/healthz", &Method::POST) => StatusCode::METHOD_NOT_ALLOWED,
                        ("/healthz", _) => StatusCode::OK,
                        // What a link must never do, it does nowhere.
                        (path, &Method::GET | &Method::HEAD) if path.starts_with("/fn/") => {
                            StatusCode::METHOD_NOT_ALLOWED
                        }
                        _ => StatusCode::NOT_FOUND,
                    };
                    assert_eq!(answer.status, expected, "{cell}");
                    assert_eq!(answer.header("cache-control"), "no-store", "{cell}");
                    if expected.is_client_error() {
                        assert_eq!(answer.header("content-type"), "application/problem+json", "{cell}");
                    }
                    cells += 1;
                }
            }
        }
        assert!(cells > 1_000, "{cells}");
        scene.end().await;
    }
}
