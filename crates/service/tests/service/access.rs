//! What administrators do about people, what people do about themselves, and who is left at the end.

use model::{ProblemKind, Role, Timestamp, UserId};
use service::{CommandLine, Joining, PASSWORD_NEEDED, Recent, Service};
use store::both;
use store::testing::TestDatabase;
use store::users;

use crate::help::{self, House, PASSWORD, clock, field, secret, somewhere};

/// How often two administrators remove each other.
const ROUNDS: usize = 1_000;

/// An administrator who has just entered their password.
async fn recent(house: &House, name: &str) -> Recent {
    let administrator = house.person(name, Role::Administrator).await;
    house
        .service
        .recent(&administrator.administrator().unwrap())
        .unwrap()
}

/// The same one, signed in anew.
async fn again(house: &House, by: &Recent) -> Recent {
    let administrator = house.caller(by.user_id()).await.unwrap();
    house
        .service
        .recent(&administrator.administrator().unwrap())
        .unwrap()
}

/// When an invitation of now has ended.
fn much_later() -> Timestamp {
    clock().plus(3 * 24 * 60 * 60 * 1_000)
}

/// One of the ways to get rid of an administrator.
async fn remove(service: &Service, round: usize, by: &Recent, id: &UserId) -> bool {
    let done = match round % 3 {
        0 => service.change_role(by, id, Role::Viewer).await,
        1 => service.disable_user(by, id).await,
        _ => service.delete_user(by, id).await,
    };
    if let Err(problem) = &done {
        // Who is no administrator any more may still sign in.
        let expected = if round.is_multiple_of(3) {
            ProblemKind::Forbidden
        } else {
            ProblemKind::NotSignedIn
        };
        assert_eq!(problem.kind, expected, "{problem:?}");
    }
    done.is_ok()
}

fn joining(code: &str, email: &str) -> Joining {
    Joining {
        code: secret(code),
        name: "Bo".into(),
        email: email.into(),
        password: secret(PASSWORD),
    }
}

both! {
    async fn of_two_who_remove_each_other_one_remains(database: TestDatabase) {
        let house = help::empty(&database).await;
        let (ana, bo) = (recent(&house, "ana").await, recent(&house, "bo").await);
        for round in 0..ROUNDS {
            // Both hold a permission from before; who comes second has lost it by then.
            let (ana, bo) = (again(&house, &ana).await, again(&house, &bo).await);
            let acts = [(ana.clone(), bo.user_id().clone()), (bo.clone(), ana.user_id().clone())];
            let acts = acts.map(|(by, id)| {
                let service = house.service.clone();
                tokio::spawn(async move { remove(&service, round, &by, &id).await })
            });
            let [first, second] = acts;
            let done = [first.await.unwrap(), second.await.unwrap()];
            assert_ne!(done[0], done[1], "round {round}");
            let account = house.service.account();
            let left = users::active_administrators(&house.store, account).await.unwrap();
            assert_eq!(left, 1, "round {round}");
            let again = "update users set role = 'administrator', disabled_at = null, deleted_at = null, \
                         email = name || '@example.com', email_key = name || '@example.com'";
            assert_eq!(database.execute(again).await.unwrap(), 2);
        }
        house.entries().await;
    }

    async fn nobody_acts_on_themselves(database: TestDatabase) {
        let house = help::empty(&database).await;
        let ana = recent(&house, "Ana").await;
        let own = ana.user_id().clone();
        let alone = house.service.change_role(&ana, &own, Role::Viewer).await.unwrap_err();
        assert_eq!((alone.kind, alone.code.as_str()), (ProblemKind::Stale, "last_administrator"));
        recent(&house, "Bo").await;
        for refused in [
            house.service.change_role(&ana, &own, Role::Viewer).await,
            house.service.disable_user(&ana, &own).await,
            house.service.delete_user(&ana, &own).await,
        ] {
            assert_eq!(refused.unwrap_err().code, "own_account");
        }
        let nobody = UserId::from_bytes([9; 16]);
        assert_eq!(house.service.delete_user(&ana, &nobody).await.unwrap_err().kind, ProblemKind::NotFound);
    }

    async fn each_act_ends_what_was_begun_as_somebody_else(database: TestDatabase) {
        let house = help::empty(&database).await;
        let (ana, service) = (recent(&house, "Ana").await, &house.service);
        for act in ["user.change_role", "user.disable", "user.delete", "user.end_sessions"] {
            let bo = house.person("Bo", Role::Administrator).await;
            let invites = service.recent(&bo.administrator().unwrap()).unwrap();
            service.invite(&invites, "guest@example.com", Role::Viewer).await.unwrap();
            let id = bo.user_id();
            match act {
                "user.change_role" => service.change_role(&ana, id, Role::Operator).await.unwrap(),
                "user.disable" => service.disable_user(&ana, id).await.unwrap(),
                "user.delete" => service.delete_user(&ana, id).await.unwrap(),
                _ => assert_eq!(service.end_sessions_of(&ana, id).await.unwrap(), 1),
            }
            assert!(service.caller(bo.session()).await.unwrap().is_none(), "{act}");
            let last = house.last().await;
            assert_eq!((last.act.as_str(), last.actor.as_str(), last.subject.as_str()), (act, ana.user_id().as_str(), id.as_str()));
            let told: serde_json::Value = serde_json::from_str(&last.detail).unwrap();
            let withdrawn = if act == "user.end_sessions" { serde_json::Value::Null } else { 1.into() };
            assert_eq!((&told["sessions_ended"], &told["invitations_withdrawn"]), (&1.into(), &withdrawn), "{act}");
            let invited = service.invitations(&ana).await.unwrap().len();
            assert_eq!(invited, usize::from(act == "user.end_sessions"), "{act}");
            if act != "user.delete" {
                service.delete_user(&ana, id).await.unwrap();
            }
        }
    }

    async fn who_is_enabled_again_can_sign_in(database: TestDatabase) {
        let house = help::empty(&database).await;
        let ana = recent(&house, "Ana").await;
        let bo = house.person("bo", Role::Viewer).await;
        let sign_in = async || house.service.sign_in("bo@example.com", secret(PASSWORD), &somewhere()).await.is_ok();
        house.service.disable_user(&ana, bo.user_id()).await.unwrap();
        assert!(!sign_in().await);
        house.service.enable_user(&ana, bo.user_id()).await.unwrap();
        assert!(sign_in().await);
        house.service.delete_user(&ana, bo.user_id()).await.unwrap();
        assert!(!sign_in().await);
        // The address is free again, and it is somebody else's then.
        let other = house.person("bo", Role::Viewer).await;
        assert_ne!(other.user_id(), bo.user_id());
        assert!(sign_in().await);
    }

    async fn an_invitation_is_good_once_for_one_address_and_in_time(database: TestDatabase) {
        let house = help::empty(&database).await;
        let (ana, service) = (recent(&house, "Ana").await, &house.service);
        let first = service.invite(&ana, "Bo@example.com", Role::Approver).await.unwrap();
        let replaced = house.last().await.subject;
        let newer = service.invite(&ana, "bo@example.com", Role::Operator).await.unwrap();
        assert_eq!(house.last().await.detail, format!(r#"{{"replaces":["{replaced}"],"role":"operator"}}"#));
        assert_eq!(service.invitations(&ana).await.unwrap().len(), 1);
        for (code, email) in [(first.code.as_str(), "bo@example.com"), (newer.code.as_str(), "eve@example.com"), ("", "bo@example.com")] {
            let refused = service.join(joining(code, email), &somewhere()).await.unwrap_err();
            assert_eq!(field(&refused), ("code", "wrong_code"), "{email}");
        }
        let before = house.entries().await;
        let bo = service.join(joining(&newer.code.to_lowercase(), "BO@example.com"), &somewhere()).await.unwrap();
        assert_eq!(house.acts(before).await, ["invitation.use", "user.add", "user.sign_in"]);
        let told = house.last().await;
        assert_eq!((told.actor.as_str(), told.detail.as_str()), (bo.user().as_str(), r#"{"from":"203.0.113.7"}"#));
        assert_eq!(house.caller(bo.user()).await.unwrap().role(), Role::Operator);
        let again = service.join(joining(&newer.code, "bo@example.com"), &somewhere()).await.unwrap_err();
        assert_eq!(field(&again), ("code", "wrong_code"));
        let taken = service.invite(&ana, "bo@EXAMPLE.com", Role::Viewer).await.map(|_| ()).unwrap_err();
        assert_eq!(field(&taken), ("email", "taken"));

        let late = service.invite(&ana, "cy@example.com", Role::Viewer).await.unwrap();
        assert_eq!(late.expires_at, much_later());
        let later = Service::new(house.store.clone(), service.account().clone(), help::key(), much_later);
        let refused = later.join(joining(&late.code, "cy@example.com"), &somewhere()).await.unwrap_err();
        assert_eq!(field(&refused), ("code", "wrong_code"));
        let id = service.invitations(&ana).await.unwrap().remove(0).id;
        service.withdraw_invitation(&ana, &id).await.unwrap();
        assert_eq!(house.last().await.act, "invitation.withdraw");
        assert!(service.join(joining(&late.code, "cy@example.com"), &somewhere()).await.is_err());
        assert_eq!(service.withdraw_invitation(&ana, &id).await.unwrap_err().kind, ProblemKind::NotFound);
    }

    async fn an_invitation_is_raced_by_many_and_won_by_one(database: TestDatabase) {
        let house = help::empty(&database).await;
        let ana = recent(&house, "Ana").await;
        let code = house.service.invite(&ana, "bo@example.com", Role::Viewer).await.unwrap().code;
        let tries: Vec<_> = (0..8).map(|_| {
            let (service, joining) = (house.service.clone(), joining(&code, "bo@example.com"));
            tokio::spawn(async move { service.join(joining, &somewhere()).await.is_ok() })
        }).collect();
        let mut joined = 0;
        for one in tries {
            joined += usize::from(one.await.unwrap());
        }
        assert_eq!(joined, 1);
        assert_eq!(database.number("select count(*) from users").await.unwrap(), 2);
    }

    async fn what_is_dangerous_asks_for_the_password_again(database: TestDatabase) {
        fn later() -> Timestamp {
            clock().plus(10 * 60 * 1_000 + 1)
        }
        let (house, _) = help::with_ana(&database).await;
        let bo = house.person("Bo", Role::Administrator).await;
        let connection = house.add_aws(&bo.administrator().unwrap()).await;
        house.add_workflow(&bo.administrator().unwrap(), "uses-it").await;
        let service = Service::new(house.store.clone(), house.service.account().clone(), help::key(), later);
        let stale = service.caller(bo.session()).await.unwrap().unwrap();
        let administrator = stale.administrator().unwrap();
        assert_eq!(service.recent(&administrator).unwrap_err().code, PASSWORD_NEEDED);
        let delete = service.delete_connection(&administrator, &connection, Some("my-aws-account".into())).await;
        assert_eq!(delete.unwrap_err().code, PASSWORD_NEEDED);

        let wrong = service.prove(&stale, "it", secret("another long password"), &somewhere()).await;
        assert_eq!(field(&wrong.map(|_| ()).unwrap_err()), ("it", "wrong_password"));
        assert_eq!(house.last().await.act, "user.sign_in_failed");
        let (fresh, _) = service.prove(&stale, "it", secret(PASSWORD), &somewhere()).await.unwrap();
        assert_eq!(house.last().await.act, "user.prove");
        let administrator = fresh.administrator().unwrap();
        assert!(service.recent(&administrator).is_ok());
        service.delete_connection(&administrator, &connection, Some("my-aws-account".into())).await.unwrap();
    }

    async fn ones_own_password_and_sessions(database: TestDatabase) {
        let house = help::empty(&database).await;
        let (bo, service) = (house.person("Bo", Role::Viewer).await, &house.service);
        let others = [house.caller(bo.user_id()).await.unwrap(), house.caller(bo.user_id()).await.unwrap()];
        let sessions = service.own_sessions(&bo).await.unwrap();
        assert_eq!((sessions.len(), sessions[0].this, sessions[1].this), (3, true, false));
        assert_eq!((sessions[0].address.as_str(), sessions[0].agent.as_str()), ("203.0.113.7", "a browser"));

        let eve = house.person("Eve", Role::Administrator).await;
        assert_eq!(service.end_own_session(&eve, &sessions[1].id).await.unwrap_err().kind, ProblemKind::NotFound);
        for id in ["", "x", &"é".repeat(32), &"f".repeat(64)] {
            assert_eq!(service.end_own_session(&bo, id).await.unwrap_err().kind, ProblemKind::NotFound);
        }
        service.end_own_session(&bo, &sessions[1].id).await.unwrap();
        assert_eq!(house.last().await.act, "user.end_session");
        assert_eq!(service.own_sessions(&bo).await.unwrap().len(), 2);

        let change = async |current: &str, new: &str| {
            service.change_password(&bo, secret(current), secret(new), &somewhere()).await
        };
        assert_eq!(field(&change(PASSWORD, "short").await.unwrap_err()), ("new_password", "too_short"));
        assert_eq!(field(&change("another long password", "an entirely new one").await.unwrap_err()), ("current_password", "wrong_password"));
        change(PASSWORD, "an entirely new one").await.unwrap();
        assert_eq!(house.last().await.act, "user.set_password");
        assert!(service.caller(bo.session()).await.unwrap().is_some(), "the one that asked goes on");
        for other in &others {
            assert!(service.caller(other.session()).await.unwrap().is_none());
        }
        assert!(service.sign_in("bo@example.com", secret("an entirely new one"), &somewhere()).await.is_ok());
        house.caller(bo.user_id()).await.unwrap();
        assert_eq!(service.end_other_sessions(&bo).await.unwrap(), 1);
        assert_eq!(house.last().await.act, "user.end_sessions");
    }

    async fn the_command_line_ends_an_invitation_it_makes_needless(database: TestDatabase) {
        let house = help::empty(&database).await;
        let ana = recent(&house, "Ana").await;
        house.service.invite(&ana, "bo@example.com", Role::Viewer).await.unwrap();
        let new = help::new_user("bo@example.com", "Bo", Role::Viewer);
        house.service.add_user(CommandLine::of_this_process(), new).await.unwrap();
        assert!(house.service.invitations(&ana).await.unwrap().is_empty());
        assert_eq!(house.last().await.detail, r#"{"invitations_withdrawn":1,"role":"viewer"}"#);
    }
}
