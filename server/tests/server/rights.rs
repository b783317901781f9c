//! Who may call what: every role and every server function, directly.

use axum::http::StatusCode;
use model::Role;

use crate::functions::{FUNCTIONS, Function, Needs};
use store::testing::TestDatabase;

use crate::harness::TestApp;

store::both! {
    async fn without_a_session_nothing_but_signing_in(database: TestDatabase) {
        let app = TestApp::on(&database).await;
        for function in FUNCTIONS.iter().filter(|function| function.needs != Needs::Nobody) {
            let answer = app.stranger().call(function.name, function.fields).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{}", function.name);
            assert_eq!(answer.code(), "not_signed_in", "{}", function.name);
            assert!(!answer.headers.contains_key("set-cookie"), "{}", function.name);
        }
    }
}

store::both! {
    async fn each_function_asks_for_its_role(database: TestDatabase) {
        let app = TestApp::on(&database).await;
        for role in [Role::Viewer, Role::Operator, Role::Approver] {
            let mut person = app.person(role).await;
            for function in FUNCTIONS.iter().filter(|one| one.needs.role() > Some(role)) {
                for fields in [function.fields, &[]] {
                    // Without its fields the refusal may come from the form; never a success.
                    let answer = person.call(function.name, fields).await;
                    let refused = answer.status == StatusCode::FORBIDDEN
                        || (fields.is_empty() && answer.status == StatusCode::UNPROCESSABLE_ENTITY);
                    assert!(refused, "{role} {}: {}", function.name, answer.status);
                }
                let answer = person.submit(function.name, function.fields).await;
                assert_eq!(answer.status, StatusCode::FORBIDDEN, "{role} {} form", function.name);
            }
            let reads = |one: &&Function| one.needs == Needs::Viewer;
            let may = |one: &&Function| one.needs.role().is_some_and(|needed| needed <= role);
            for function in FUNCTIONS.iter().filter(|one| reads(one) || may(one)) {
                // There is no such workflow, and whoever may is told so.
                let answer = person.call(function.name, function.fields).await;
                assert_eq!(answer.status, StatusCode::NOT_FOUND, "{role} {}", function.name);
            }
        }
    }
}

store::both! {
    async fn an_administrator_may_call_everything(database: TestDatabase) {
        let app = TestApp::on(&database).await;
        let mut administrator = app.person(Role::Administrator).await;
        for function in FUNCTIONS.iter().filter(|function| function.needs != Needs::Nobody) {
            let answer = administrator.call(function.name, function.fields).await;
            let status = answer.status;
            let refused = status == StatusCode::UNAUTHORIZED || status == StatusCode::FORBIDDEN;
            assert!(!refused, "{}: {status}", function.name);
            assert!(!status.is_server_error(), "{}: {status} {}", function.name, answer.text());
        }
    }
}
