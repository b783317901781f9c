//! What a password that was entered is worth when something happens before it is used.

use model::{ProblemKind, Role};
use service::{Beginning, CommandLine, PASSWORD_NEEDED, Proof, Service};
use store::both;
use store::testing::TestDatabase;

use crate::help::{self, House, PASSWORD, clock, secret, somewhere};

const NEW: &str = "an entirely new one";
const OTHER: &str = "the intruder's own one";

async fn set_password(service: &Service, password: &str) {
    let cli = CommandLine::of_this_process();
    let set = service.set_password(cli, "bo@example.com", secret(password));
    set.await.unwrap();
}

async fn sign_in(service: &Service, password: &str) -> Option<Proof> {
    let from = somewhere();
    let signed_in = service.sign_in("bo@example.com", secret(password), &from);
    signed_in.await.ok()
}

/// The code of the refusal to begin a session with that proof, if it is refused.
async fn begin(house: &House, proof: Proof, number: u8) -> Option<String> {
    let beginning = Beginning {
        proof,
        client: somewhere(),
        replaces: None,
    };
    let end = clock().plus(1_000);
    let id = [number; 32];
    let begun = house.service.session_create(&id, &beginning, b"", end);
    begun.await.err().map(|problem| problem.code)
}

both! {
    async fn a_sign_in_under_way_ends_with_what_it_was_about(database: TestDatabase) {
        let house = help::empty(&database).await;
        let (service, bo) = (&house.service, house.person("bo", Role::Viewer).await);
        let ana = house.person("ana", Role::Administrator).await;
        let ana = service.recent(&ana.administrator().unwrap()).unwrap();
        let before = sign_in(service, PASSWORD).await.unwrap();
        assert_eq!(begin(&house, before.clone(), 1).await, None);
        set_password(service, NEW).await;
        assert_eq!(begin(&house, before, 2).await.unwrap(), "wrong_credentials");

        let before = sign_in(service, NEW).await.unwrap();
        service.disable_user(&ana, bo.user_id()).await.unwrap();
        assert_eq!(begin(&house, before.clone(), 3).await.unwrap(), "wrong_credentials");
        // A session that got in all the same does not come back to life.
        let planted = house.caller(ana.user_id()).await.unwrap();
        let planted = format!("update sessions set user_id = '{}' where id_hash = {}", bo.user_id(), database.bytes(planted.session()));
        assert_eq!(database.execute(&planted).await.unwrap(), 1);
        service.enable_user(&ana, bo.user_id()).await.unwrap();
        let of_bo = format!("select count(*) from sessions where user_id = '{}'", bo.user_id());
        assert_eq!(database.number(&of_bo).await.unwrap(), 0);
        assert_eq!(begin(&house, before.clone(), 4).await, None, "and the password is the same");
        service.delete_user(&ana, bo.user_id()).await.unwrap();
        assert_eq!(begin(&house, before, 5).await.unwrap(), "wrong_credentials");
    }

    async fn a_new_password_is_not_overwritten_by_who_knew_the_old_one(database: TestDatabase) {
        let house = help::empty(&database).await;
        let (service, bo) = (&house.service, house.person("bo", Role::Viewer).await);
        for round in 0..6_u8 {
            // Whoever signs in has the older hash at hand, and would write a better one of the same password.
            let weak = crate::people::weak_hash(PASSWORD);
            database.execute(&format!("update users set password_hash = '{weak}'")).await.unwrap();
            database.execute("delete from sign_in_limits").await.unwrap();
            let caller = house.caller(bo.user_id()).await.unwrap();
            // Meanwhile, in whatever order: somebody signs in with the old one, or changes it.
            let meanwhile = async {
                if round % 2 == 0 {
                    return sign_in(service, PASSWORD).await;
                }
                let _ = service.change_password(&caller, secret(PASSWORD), secret(OTHER), &somewhere()).await;
                None
            };
            let ((), proof) = tokio::join!(set_password(service, NEW), meanwhile);
            if let Some(proof) = proof {
                assert_eq!(begin(&house, proof, 100 + round).await.as_deref(), Some("wrong_credentials"));
            }
            database.execute("delete from sign_in_limits").await.unwrap();
            assert!(sign_in(service, NEW).await.is_some(), "round {round}");
            for gone in [PASSWORD, OTHER] {
                assert!(sign_in(service, gone).await.is_none(), "round {round}: {gone}");
            }
        }
    }

    async fn what_was_proved_in_a_session_ends_with_it(database: TestDatabase) {
        let house = help::empty(&database).await;
        let service = &house.service;
        let (ana, bo) = (house.person("ana", Role::Administrator).await, house.person("bo", Role::Administrator).await);
        let by = service.recent(&ana.administrator().unwrap()).unwrap();
        let prove = async || service.prove(&bo, "it", secret(PASSWORD), &somewhere()).await;
        let (_, proof) = prove().await.unwrap();
        service.end_sessions_of(&by, bo.user_id()).await.unwrap();
        assert_eq!(begin(&house, proof, 1).await.unwrap(), "not_signed_in");
        assert_eq!(prove().await.map(|_| ()).unwrap_err().kind, ProblemKind::NotSignedIn);
        let change = service.change_password(&bo, secret(PASSWORD), secret(NEW), &somewhere()).await;
        assert_eq!(change.unwrap_err().kind, ProblemKind::NotSignedIn);
    }

    async fn who_proves_it_is_who_they_are_by_then(database: TestDatabase) {
        let house = help::empty(&database).await;
        let bo = house.person("bo", Role::Administrator).await;
        database.execute("update users set role = 'viewer'").await.unwrap();
        let (now, _) = house.service.prove(&bo, "it", secret(PASSWORD), &somewhere()).await.unwrap();
        assert_eq!(now.role(), Role::Viewer);
    }

    async fn a_permission_from_before_does_nothing_dangerous(database: TestDatabase) {
        let (house, ana) = help::with_ana(&database).await;
        let connection = house.add_aws(&ana).await;
        let recent = house.service.recent(&ana).unwrap();
        let invited = house.service.invite(&recent, "guest@example.com", Role::Viewer).await;
        invited.unwrap();
        let invitation = house.service.invitations(&ana).await.unwrap().remove(0).id;
        for (lost, refusal) in [
            ("role = 'approver'", (ProblemKind::Forbidden, "role_too_low")),
            ("disabled_at = 1", (ProblemKind::NotSignedIn, "not_signed_in")),
            ("deleted_at = 1", (ProblemKind::NotSignedIn, "not_signed_in")),
        ] {
            database.execute("update users set role = 'administrator', disabled_at = null, deleted_at = null").await.unwrap();
            database.execute(&format!("update users set {lost}")).await.unwrap();
            for refused in [
                house.service.ask_rotation(&recent).await,
                house.service.delete_connection(&ana, &connection, None).await,
                house.service.withdraw_invitation(&ana, &invitation).await,
            ] {
                let problem = refused.unwrap_err();
                assert_eq!((problem.kind, problem.code.as_str()), refusal, "{lost}");
            }
        }
    }

    async fn an_open_session_shuts_out_no_administrator(database: TestDatabase) {
        let house = help::empty(&database).await;
        let (bo, vera) = (house.person("bo", Role::Administrator).await, house.person("vera", Role::Viewer).await);
        database.execute("update sessions set proved_at = proved_at - 601000").await.unwrap();
        let stale = house.service.caller(bo.session()).await.unwrap().unwrap().administrator().unwrap();
        let other = house.person("cy", Role::Administrator).await;
        for refused in [
            house.service.disable_user(&stale, other.user_id()).await,
            house.service.end_sessions_of(&stale, other.user_id()).await.map(|_| ()),
        ] {
            assert_eq!(refused.unwrap_err().code, PASSWORD_NEEDED);
        }
        house.service.end_sessions_of(&stale, vera.user_id()).await.unwrap();
        house.service.disable_user(&stale, vera.user_id()).await.unwrap();

        // On the machine itself, somebody can always be let in again.
        let cli = CommandLine::of_this_process();
        house.service.enable_user_here(cli, "VERA@example.com").await.unwrap();
        let last = house.last().await;
        assert_eq!((last.act.as_str(), last.actor_kind.as_str()), ("user.enable", "command_line"));
        house.service.enable_user_here(cli, "vera@example.com").await.unwrap();
        let nobody = house.service.enable_user_here(cli, "nobody@example.com").await;
        assert_eq!(nobody.unwrap_err().kind, ProblemKind::NotFound);
        assert!(house.caller(vera.user_id()).await.is_some());
    }

    async fn a_new_password_takes_back_what_was_invited_with_the_old_one(database: TestDatabase) {
        let house = help::empty(&database).await;
        let (service, bo) = (&house.service, house.person("bo", Role::Administrator).await);
        let recent = service.recent(&bo.administrator().unwrap()).unwrap();
        let invite = async || service.invite(&recent, "guest@example.com", Role::Administrator).await.map(|_| ()).unwrap();
        let left = async || service.invitations(&recent).await.unwrap().len();
        invite().await;
        service.change_password(&bo, secret(PASSWORD), secret(NEW), &somewhere()).await.unwrap();
        assert_eq!(left().await, 0);
        let told = house.last().await.detail;
        assert_eq!(told, r#"{"invitations_withdrawn":1,"sessions_ended":0}"#);
        invite().await;
        set_password(service, PASSWORD).await;
        assert_eq!(left().await, 0);
        let told = house.last().await.detail;
        assert_eq!(told, r#"{"invitations_withdrawn":1,"sessions_ended":1}"#);
    }
}
