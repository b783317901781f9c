//! The first administrator, adding people, signing in.

use model::{ProblemKind, Role, Timestamp};
use service::{CommandLine, FirstAdministrator, Service};
use store::both;
use store::testing::TestDatabase;

use crate::help::{self, PASSWORD, clock, field, new_user, secret, somewhere};

fn welcome(code: &str, email: &str) -> FirstAdministrator {
    FirstAdministrator {
        code: secret(code),
        name: "Ana".into(),
        email: email.into(),
        password: secret(PASSWORD),
    }
}

both! {
    async fn a_setup_code_is_raced_by_fifty_and_won_by_one(database: TestDatabase) {
        let house = help::empty(&database).await;
        let code = house.service.setup_code().await.unwrap().unwrap();
        assert_eq!((code.len(), code.matches('-').count()), (14, 2));
        let tries: Vec<_> = (0..50).map(|number| {
            let (service, code) = (house.service.clone(), code.clone());
            tokio::spawn(async move {
                service.create_first_administrator(welcome(&code, &format!("a{number}@example.com")), &somewhere()).await
            })
        }).collect();
        let mut winners = Vec::new();
        for one in tries {
            match one.await.unwrap() {
                Ok(proof) => winners.push(proof.user().clone()),
                Err(problem) => assert_eq!(problem.code, "already_set_up", "{problem:?}"),
            }
        }
        assert_eq!(winners.len(), 1);
        assert_eq!(database.number("select count(*) from users").await.unwrap(), 1);
        assert_eq!(house.acts(2).await, ["setup_code.add", "setup_code.use", "user.add", "user.sign_in"]);
        let ana = house.caller(&winners[0]).await.unwrap();
        assert_eq!(ana.role(), Role::Administrator);
        assert_eq!(house.service.setup_code().await.unwrap(), None);
        house.entries().await;
    }

    async fn a_setup_code_is_the_newest_and_lasts_an_hour(database: TestDatabase) {
        fn much_later() -> Timestamp {
            clock().plus(60 * 60 * 1_000)
        }
        let house = help::empty(&database).await;
        let old = house.service.setup_code().await.unwrap().unwrap();
        let new = house.service.setup_code().await.unwrap().unwrap();
        let mistaken = house.service.create_first_administrator(welcome(&old, "a@example.com"), &somewhere()).await;
        assert_eq!(field(&mistaken.unwrap_err()), ("code", "wrong_code"));
        let later = Service::new(house.store.clone(), house.service.account().clone(), help::key(), much_later);
        let late = later.create_first_administrator(welcome(&new, "a@example.com"), &somewhere()).await;
        assert_eq!(field(&late.unwrap_err()), ("code", "wrong_code"));
        let careless = new.to_lowercase().replace('-', " ");
        house.service.create_first_administrator(welcome(&careless, "a@example.com"), &somewhere()).await.unwrap();
    }

    async fn the_welcome_form_tells_everything_that_is_wrong(database: TestDatabase) {
        let house = help::empty(&database).await;
        assert!(!house.service.has_users().await.unwrap());
        let form = FirstAdministrator {
            code: secret("0000-0000-0000"),
            name: " ".into(),
            email: "ana".into(),
            password: secret("too short"),
        };
        let problem = house.service.create_first_administrator(form, &somewhere()).await.unwrap_err();
        let wrong: Vec<_> = problem.fields.iter().map(|field| (field.name.as_str(), field.code.as_str())).collect();
        assert_eq!(wrong, [("name", "required"), ("email", "invalid"), ("password", "too_short")]);
        assert!(!format!("{problem:?}").contains("too short"));
    }

    async fn the_command_line_adds_people_without_a_key(database: TestDatabase) {
        let house = help::empty(&database).await;
        let code = house.service.setup_code().await.unwrap().unwrap();
        let keyless = Service::without_key(house.store.clone(), house.service.account().clone(), clock);
        let cli = CommandLine::of_this_process();
        let id = keyless.add_user(cli, new_user("Ana@Example.com", "Ana", Role::Operator)).await.unwrap();
        let again = keyless.add_user(cli, new_user("ana@example.COM", "Ana", Role::Viewer)).await.unwrap_err();
        assert_eq!(field(&again), ("email", "taken"));
        assert!(again.detail.contains("set-password"));
        let refused = house.service.create_first_administrator(welcome(&code, "b@example.com"), &somewhere()).await.unwrap_err();
        assert_eq!((refused.kind, refused.code.as_str()), (ProblemKind::Stale, "already_set_up"));

        let caller = house.caller(&id).await.unwrap();
        assert_eq!((caller.email().as_str(), caller.name().as_str()), ("Ana@Example.com", "Ana"));
        assert_eq!(caller.role(), Role::Operator);
        let last = house.last().await;
        assert_eq!((last.act.as_str(), last.actor_kind.as_str()), ("user.add", "command_line"));
        assert_eq!(last.detail, r#"{"invitations_withdrawn":0,"role":"operator"}"#);
    }

    async fn signing_in_and_failing_to(database: TestDatabase) {
        let house = help::empty(&database).await;
        let ana = house.person("Ana", Role::Viewer).await;
        let sign_in = async |email: &str, password: &str| house.service.sign_in(email, secret(password), &somewhere()).await;
        assert_eq!(sign_in("ANA@example.com", PASSWORD).await.unwrap().user(), ana.user_id());
        assert_eq!(house.last().await.act, "user.sign_in");

        let wrong = sign_in("Ana@example.com", "another long password").await.unwrap_err();
        let last = house.last().await;
        assert_eq!((last.act.as_str(), last.subject.as_str()), ("user.sign_in_failed", ana.user_id().as_str()));

        // Two addresses may share a drawer; here they do not.
        database.execute("delete from sign_in_limits where counted = 'told'").await.unwrap();
        let unknown = sign_in("nobody@example.com", PASSWORD).await.unwrap_err();
        let last = house.last().await;
        let told = r#"{"from":"203.0.113.7"}"#;
        assert_eq!((last.act.as_str(), last.subject.as_str(), last.detail.as_str()), ("user.sign_in_failed", "", told));

        let no_address = sign_in("my password, by mistake", PASSWORD).await.unwrap_err();
        assert_eq!((&wrong, &wrong), (&unknown, &no_address));
        assert_eq!(wrong.detail, "E-mail or password is wrong.");
        assert_eq!(database.number("select count(*) from ledger where detail like '%nobody%' or subject like '%nobody%'").await.unwrap(), 0);
    }

    async fn administrators_see_everybody(database: TestDatabase) {
        let (house, ana) = help::with_ana(&database).await;
        for (name, role) in [("zoe", Role::Viewer), ("Émile", Role::Operator), ("Bo", Role::Approver)] {
            house.person(name, role).await;
        }
        database.execute("update users set disabled_at = 1 where name = 'zoe'").await.unwrap();
        let people = house.service.users(&ana).await.unwrap();
        let seen: Vec<_> = people.iter().map(|one| (one.name.as_str(), one.role, one.disabled)).collect();
        assert_eq!(seen, [
            ("Ana", Role::Administrator, false),
            ("Bo", Role::Approver, false),
            ("zoe", Role::Viewer, true),
            ("Émile", Role::Operator, false),
        ]);
        assert!(people.iter().all(|one| one.since == clock()));
    }

    async fn who_is_disabled_stays_out(database: TestDatabase) {
        let house = help::empty(&database).await;
        let ana = house.person("Ana", Role::Administrator).await;
        database.execute("update users set disabled_at = 1").await.unwrap();
        assert!(house.service.caller(ana.session()).await.unwrap().is_none());
        let refused = house.service.sign_in("Ana@example.com", secret(PASSWORD), &somewhere()).await.unwrap_err();
        assert_eq!(refused.detail, "E-mail or password is wrong.");
        assert_eq!(house.last().await.act, "user.sign_in_failed");
    }

    async fn a_changed_role_counts_at_once(database: TestDatabase) {
        let house = help::empty(&database).await;
        let ana = house.person("Ana", Role::Administrator).await;
        database.execute("update users set role = 'viewer'").await.unwrap();
        let now = house.service.caller(ana.session()).await.unwrap().unwrap();
        assert_eq!(now.administrator().unwrap_err().kind, ProblemKind::Forbidden);
    }

    async fn a_new_password_ends_all_sessions(database: TestDatabase) {
        let house = help::empty(&database).await;
        let ana = house.person("Ana", Role::Viewer).await;
        let id = service::session_id_hash(b"a session");
        let end = clock().plus(1_000);
        let beginning = help::beginning(&house.store, &house.service, ana.user_id()).await;
        house.service.session_create(&id, &beginning, b"", end).await.unwrap();
        let cli = CommandLine::of_this_process();
        let set = async |email: &str, password: &str| house.service.set_password(cli, email, secret(password)).await;
        assert_eq!(field(&set("ana@example.com", "short").await.unwrap_err()), ("password", "too_short"));
        assert_eq!(set("bo@example.com", PASSWORD).await.unwrap_err().kind, ProblemKind::NotFound);
        set("ana@example.com", "an entirely new one").await.unwrap();
        assert_eq!(house.last().await.act, "user.set_password");
        assert!(house.service.session_load(&id).await.unwrap().is_none());
        assert!(house.service.sign_in("ana@example.com", secret(PASSWORD), &somewhere()).await.is_err());
        assert!(house.service.sign_in("ana@example.com", secret("an entirely new one"), &somewhere()).await.is_ok());
    }

    async fn an_old_hash_is_renewed_at_sign_in(database: TestDatabase) {
        let house = help::empty(&database).await;
        house.person("Ana", Role::Viewer).await;
        let weak = weak_hash(PASSWORD);
        database.execute(&format!("update users set password_hash = '{weak}'")).await.unwrap();
        house.service.sign_in("ana@example.com", secret(PASSWORD), &somewhere()).await.unwrap();
        assert_eq!(house.acts(3).await, ["user.rehash_password", "user.sign_in"]);
        assert_eq!(database.number("select count(*) from users where password_hash like '%m=19456,t=2,p=1%'").await.unwrap(), 1);
        house.service.sign_in("ana@example.com", secret(PASSWORD), &somewhere()).await.unwrap();
        assert_eq!(house.last().await.act, "user.sign_in");
        assert_eq!(house.entries().await, 6);
    }
}

pub(crate) fn weak_hash(password: &str) -> String {
    use argon2::PasswordHasher;
    let params = argon2::Params::new(8_192, 1, 1, None).unwrap();
    let weak = argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params);
    weak.hash_password(password.as_bytes()).unwrap().to_string()
}
