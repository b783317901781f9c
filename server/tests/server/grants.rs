//! The form of who may use a connection, and what the list says of it.

use axum::http::StatusCode;
use model::Role;
use store::testing::TestDatabase;

use crate::harness::{Answer, Browser, TestApp};

const CONNECTION: &str = "0123456789abcdef0123456789abcdef";

/// A connection, and workflows that could use it.
async fn furnish(ada: &mut Browser) {
    let fields = [
        ("id", CONNECTION),
        ("type_name", "slack"),
        ("name", "team"),
        ("values[apiToken]", "xoxb-made-up"),
    ];
    let mut calls = vec![("add_connection", fields.to_vec())];
    for name in ["first", "second", "third"] {
        calls.push(("create_workflow", vec![("name", name), ("description", "")]));
    }
    for (function, fields) in calls {
        let answer = ada.call(function, &fields).await;
        assert!(answer.status.is_success(), "{function}: {}", answer.text());
    }
}

async fn form(ada: &mut Browser) -> String {
    let path = format!("/connections/{CONNECTION}/grants");
    ada.get(&path).await.text()
}

/// What the form says that it has seen.
fn seen(page: &str) -> String {
    let value = page.split("name=\"seen\" value=\"").nth(1).unwrap();
    value.split('"').next().unwrap().to_owned()
}

/// The tag of the control of that value.
fn control<'a>(page: &'a str, value: &str) -> &'a str {
    let value = format!("value=\"{value}\"");
    let mut tags = page.split('<');
    let found = tags.find(|tag| tag.starts_with("input ") && tag.contains(&value));
    found
        .unwrap_or_else(|| panic!("no {value}: {page}"))
        .split('>')
        .next()
        .unwrap()
}

fn is_chosen(page: &str, value: &str) -> bool {
    control(page, value).contains(" checked")
}

/// Sends the form with only these chosen, numbered as on its page.
async fn save(ada: &mut Browser, seen: &str, names: &[(&str, &str)]) -> Answer {
    let mut fields = vec![("id", CONNECTION), ("seen", seen), ("limited", "true")];
    fields.extend(names);
    ada.submit("set_grants", &fields).await
}

store::both! {
    async fn a_form_that_is_late_comes_back_with_what_was_chosen(database: TestDatabase) {
        let app = TestApp::on(&database).await;
        let mut ada = app.person(Role::Administrator).await;
        furnish(&mut ada).await;
        let page = form(&mut ada).await;
        assert!(is_chosen(&page, "false") && !is_chosen(&page, "true") && !is_chosen(&page, "third"));
        assert!(control(&page, "third").contains("name=\"workflows[2]\""), "{page}");
        let opened = seen(&page);
        let saved = save(&mut ada, &opened, &[("workflows[0]", "first")]).await;
        assert_eq!((saved.status, saved.header("location")), (StatusCode::SEE_OTHER, "/connections"));

        let opened = seen(&form(&mut ada).await);
        let allow = [("id", CONNECTION), ("workflow", "third")];
        assert!(ada.call("grant_connection", &allow).await.status.is_success());
        let mine = [("workflows[0]", "first"), ("workflows[1]", "second")];
        let late = save(&mut ada, &opened, &mine).await;
        assert_eq!(late.status, StatusCode::CONFLICT);
        let page = late.text();
        assert!(page.contains("granted to third"), "{page}");
        // As it was chosen, beside what is stored.
        let chosen = ["false", "true", "first", "second", "third"].map(|value| is_chosen(&page, value));
        assert_eq!(chosen, [false, true, true, true, false], "{page}");
        assert_eq!(page.matches("stored: may use it").count(), 1, "{page}");
        assert_eq!(page.matches("stored: may not use it").count(), 1, "{page}");
        assert!(control(&page, "third").contains("aria-describedby=\"stored-2\""), "{page}");
        assert!(is_chosen(&form(&mut ada).await, "third"), "it was not taken away");
        // Whoever has read that saves over it.
        let saved = save(&mut ada, &seen(&page), &mine).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER);
        let page = form(&mut ada).await;
        assert!(is_chosen(&page, "second") && !is_chosen(&page, "third"));

        // What is wrong in another way is not read as if one had seen anything new.
        let opened = seen(&page);
        let wrong = save(&mut ada, &opened, &[("workflows[7]", "nowhere")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        let page = wrong.text();
        assert!(page.contains("There is no workflow nowhere any more") && seen(&page) == opened, "{page}");
        let without = save(&mut ada, "", &mine).await;
        assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY);
    }

    async fn the_list_says_what_is_limited(database: TestDatabase) {
        let app = TestApp::on(&database).await;
        let mut ada = app.person(Role::Administrator).await;
        let mut vera = app.person(Role::Viewer).await;
        furnish(&mut ada).await;
        let one = format!("/connections/{CONNECTION}");
        for page in [ada.get("/connections").await.text(), vera.get(&one).await.text()] {
            assert!(!page.contains("limited to") && !page.contains("limited:"), "{page}");
        }
        let two = [("workflows[0]", "first"), ("workflows[2]", "third")];
        for (chosen, said) in [(&two[..], "limited to 2 workflows"), (&two[1..], "limited to 1 workflow"), (&[], "limited: no workflow may use it")] {
            let opened = seen(&form(&mut ada).await);
            assert_eq!(save(&mut ada, &opened, chosen).await.status, StatusCode::SEE_OTHER);
            let link = format!("<a href=\"{one}/grants\" class=\"quiet\">{said}</a>");
            assert!(ada.get("/connections").await.text().contains(&link), "{said}");
            for path in ["/connections", &one] {
                let page = vera.get(path).await.text();
                assert!(page.contains(said) && !page.contains("/grants"), "{path}: {said}");
            }
        }
    }
}
