//! People, sessions and the setup code.

use model::{InvitationId, Role, Timestamp, UserId};
use store::invitations::{self, NewInvitation};
use store::sessions::{self, NewSession, State};
use store::sign_ins::{self, Count, Gate};
use store::testing::TestDatabase;
use store::users::{self, PasswordHash};
use store::{Error, Store, both, setup_code};

use crate::help::{self, account, ana};

fn state<'a>(user: Option<&'a UserId>, data: &'a [u8], expires_at: i64) -> State<'a> {
    State {
        user,
        data,
        at: Timestamp(500),
        expires_at: Timestamp(expires_at),
    }
}

fn session<'a>(user: Option<&'a UserId>, data: &'a [u8], expires_at: i64) -> NewSession<'a> {
    NewSession {
        state: state(user, data, expires_at),
        address: "203.0.113.7",
        agent: "a browser",
    }
}

/// Whether there was room for the session under that id.
async fn begin(store: &Store, id: &[u8; 32], new: NewSession<'_>) -> bool {
    let mut tx = store.begin().await.unwrap();
    let begun = sessions::create(&mut tx, &account(), id, new).await;
    tx.commit().await.unwrap();
    begun.unwrap()
}

both! {
    async fn an_address_is_unique_in_any_case(database: TestDatabase) {
        let store = help::open(&database).await;
        let found = users::by_email(&store, &account(), &"ANA@EXAMPLE.COM".parse().unwrap()).await;
        assert_eq!(found.unwrap().unwrap().id, ana());

        let mut tx = store.begin().await.unwrap();
        let other = UserId::from_bytes([9; 16]);
        let refused = help::add_user(&mut tx, &other, "aNa@example.com", Role::Viewer).await;
        assert!(matches!(refused, Err(Error::Unique)), "{refused:?}");
        drop(tx);
        assert!(users::find(&store, &account(), &other).await.unwrap().is_none());
        assert_eq!(help::entries(&database).await, 2);
    }

    async fn a_person_is_read_as_written(database: TestDatabase) {
        let store = help::open(&database).await;
        let row = users::find(&store, &account(), &ana()).await.unwrap().unwrap();
        assert_eq!(row.email.as_str(), "Ana@example.com");
        assert_eq!((row.name.as_str(), row.role), ("Ana", Role::Administrator));
        assert!(row.disabled_at.is_none());
        assert!(!format!("{row:?}").contains("argon2"));

        let mut tx = store.begin().await.unwrap();
        let hash = PasswordHash("another".into());
        let entry = help::entry("user.set_password");
        assert!(users::set_password_hash(&mut tx, &ana(), &hash, &entry).await.unwrap());
        let nobody = UserId::from_bytes([9; 16]);
        assert!(!users::set_password_hash(&mut tx, &nobody, &hash, &entry).await.unwrap());
        tx.commit().await.unwrap();
        database.execute("update users set disabled_at = 5").await.unwrap();
        let row = users::find(&store, &account(), &ana()).await.unwrap().unwrap();
        assert_eq!((row.password_hash, row.disabled_at), (hash, Some(Timestamp(5))));
    }

    async fn a_session_lives_from_create_to_delete(database: TestDatabase) {
        let store = help::open(&database).await;
        let (id, now) = ([3; 32], Timestamp(1_000));
        let load = async || sessions::load(&store, &account(), &id, now).await;
        assert!(load().await.unwrap().is_none());
        assert!(begin(&store, &id, session(None, b"one", 2_000)).await);
        assert!(!begin(&store, &id, session(None, b"two", 2_000)).await);
        assert_eq!(load().await.unwrap(), Some((b"one".to_vec(), Timestamp(2_000))));
        assert!(sessions::save(&store, &account(), &id, state(Some(&ana()), b"three", 3_000)).await.unwrap());
        assert_eq!(load().await.unwrap(), Some((b"three".to_vec(), Timestamp(3_000))));
        let mut tx = store.begin().await.unwrap();
        assert!(sessions::delete_in(&mut tx, &account(), &id).await.unwrap());
        assert!(!sessions::delete_in(&mut tx, &account(), &id).await.unwrap());
        tx.commit().await.unwrap();
        // A request that was under way cannot bring it back.
        assert!(!sessions::save(&store, &account(), &id, state(Some(&ana()), b"four", 3_000)).await.unwrap());
        assert!(load().await.unwrap().is_none());
    }

    async fn sessions_end(database: TestDatabase) {
        let store = help::open(&database).await;
        for (id, user, end) in [(1, None, 1_000), (2, Some(ana()), 5_000), (3, None, 5_000)] {
            let new = session(user.as_ref(), b"", end);
            begin(&store, &[id; 32], new).await;
        }
        let alive = async |id| sessions::load(&store, &account(), &[id; 32], Timestamp(1_000)).await.unwrap().is_some();
        assert!(!alive(1).await && alive(2).await && alive(3).await);
        assert_eq!(sessions::delete_expired(&store, Timestamp(1_000)).await.unwrap(), 1);
        let mut tx = store.begin().await.unwrap();
        assert_eq!(sessions::delete_of_user(&mut tx, &ana(), Some(&[2; 32])).await.unwrap(), 0);
        assert_eq!(sessions::delete_of_user(&mut tx, &ana(), None).await.unwrap(), 1);
        tx.commit().await.unwrap();
        assert!(!alive(2).await && alive(3).await);
    }

    async fn a_session_has_a_person_as_long_as_both_are_there(database: TestDatabase) {
        let store = help::open(&database).await;
        let id = [7; 32];
        begin(&store, &id, session(Some(&ana()), b"", 5_000)).await;
        let person = async |now| sessions::person(&store, &account(), &id, Timestamp(now)).await.unwrap();
        let (user, proved_at) = person(4_999).await.unwrap();
        assert_eq!((user.id, proved_at), (ana(), Timestamp(500)));
        assert!(person(5_000).await.is_none(), "it has ended");
        let rows = sessions::of_user(&store, &account(), &ana(), Timestamp(1_000)).await.unwrap();
        assert_eq!((rows[0].id, rows[0].address.as_str(), rows[0].agent.as_str()), (id, "203.0.113.7", "a browser"));
        let counts = sessions::count_by_user(&store, &account(), Timestamp(1_000)).await.unwrap();
        assert_eq!(counts.get(&ana()), Some(&1));
        for (column, back) in [("disabled_at", "null"), ("deleted_at", "null")] {
            database.execute(&format!("update users set {column} = 1")).await.unwrap();
            assert!(person(1_000).await.is_none(), "{column}");
            database.execute(&format!("update users set {column} = {back}")).await.unwrap();
            assert!(person(1_000).await.is_some());
        }
    }

    async fn many_sessions_are_looked_at_together(database: TestDatabase) {
        let store = help::open(&database).await;
        // More than one question is about, some of them over, one of nobody.
        for id in 1..=20 {
            let end = if id % 3 == 0 { 1_000 } else { 5_000 };
            begin(&store, &[id; 32], session((id != 20).then_some(&ana()), b"", end)).await;
        }
        let asked: Vec<_> = (1..=25).map(|id| [id; 32]).collect();
        let standing = async |asked: &[[u8; 32]]| {
            let found = sessions::standing(&store, &account(), asked, Timestamp(1_000)).await.unwrap();
            let mut found: Vec<_> = found.into_iter().map(|id| id[0]).collect();
            found.sort_unstable();
            found
        };
        let all: Vec<u8> = (1..=19).filter(|id| id % 3 != 0).collect();
        assert_eq!(standing(&asked).await, all);
        assert_eq!(standing(&asked[..4]).await, [1, 2, 4], "and no other");
        assert_eq!(standing(&[]).await, [0; 0]);
        for column in ["disabled_at", "deleted_at"] {
            database.execute(&format!("update users set {column} = 1")).await.unwrap();
            assert_eq!(standing(&asked).await, [0; 0], "{column}");
            database.execute(&format!("update users set {column} = null")).await.unwrap();
        }
    }

    async fn who_is_deleted_leaves_a_name_and_nothing_else(database: TestDatabase) {
        let store = help::open(&database).await;
        let mut tx = store.begin().await.unwrap();
        assert_eq!(users::active_administrators(&mut tx, &account()).await.unwrap(), 1);
        let entry = help::entry("user.delete");
        assert!(users::delete(&mut tx, &ana(), &entry).await.unwrap());
        assert!(!users::delete(&mut tx, &ana(), &entry).await.unwrap(), "there is nobody any more");
        assert!(!users::set_role(&mut tx, &ana(), Role::Viewer, &entry).await.unwrap());
        assert!(!users::set_disabled(&mut tx, &ana(), true, &entry).await.unwrap());
        assert_eq!(users::active_administrators(&mut tx, &account()).await.unwrap(), 0);
        // The address is free.
        let other = UserId::from_bytes([9; 16]);
        help::add_user(&mut tx, &other, "ana@example.com", Role::Viewer).await.unwrap();
        tx.commit().await.unwrap();
        assert!(users::find(&store, &account(), &ana()).await.unwrap().is_none());
        let people = users::list(&store, &account()).await.unwrap();
        assert_eq!(people.len(), 1);
        let gone = "select count(*) from users where name = 'Ana' and email = '' and password_hash = ''";
        assert_eq!(database.number(gone).await.unwrap(), 1);
    }

    async fn an_invitation_is_one_per_address(database: TestDatabase) {
        let store = help::open(&database).await;
        let email = "bo@example.com".parse().unwrap();
        let ids = [1, 2].map(|number| InvitationId::from_bytes([number; 16]));
        let mut tx = store.begin().await.unwrap();
        for (number, id) in (1..).zip(&ids) {
            let new = NewInvitation {
                id,
                code: &[number; 32],
                email: &email,
                role: Role::Operator,
                expires_at: Timestamp(5_000),
            };
            let removed = invitations::remove_for(&mut tx, &account(), &email).await.unwrap();
            assert_eq!(removed, ids[..usize::from(number) - 1]);
            invitations::add(&mut tx, &new, &ana(), &help::entry("invitation.add")).await.unwrap();
        }
        tx.commit().await.unwrap();
        let by_code = async |code: u8, now| {
            invitations::by_code(&store, &account(), &[code; 32], Timestamp(now)).await.unwrap()
        };
        assert!(by_code(1, 0).await.is_none(), "replaced");
        assert!(by_code(2, 5_000).await.is_none(), "ended");
        let found = by_code(2, 4_999).await.unwrap();
        assert_eq!((found.email.as_str(), found.role, found.invited_by.as_str()), ("bo@example.com", Role::Operator, "Ana"));
        assert_eq!(invitations::list(&store, &account(), Timestamp(0)).await.unwrap().len(), 1);
        let mut tx = store.begin().await.unwrap();
        let entry = help::entry("invitation.use");
        assert!(!invitations::remove(&mut tx, &ids[0], &entry).await.unwrap());
        assert!(invitations::remove(&mut tx, &ids[1], &entry).await.unwrap());
        assert!(!invitations::remove(&mut tx, &ids[1], &entry).await.unwrap(), "used");
        tx.commit().await.unwrap();
        assert!(by_code(2, 0).await.is_none());
    }

    async fn gates_are_changed_by_one_at_a_time(database: TestDatabase) {
        let store = help::open(&database).await;
        let gates = ["address", "person"].map(|counted| Gate { counted, bucket: 7 });
        let tries: Vec<_> = (0..20).map(|_| {
            let store = store.clone();
            tokio::spawn(async move {
                let more = |counts: &[Count]| {
                    let more = |count: &Count| Count { failures: count.failures + 1, closed_until: Timestamp(9) };
                    counts.iter().map(more).collect()
                };
                sign_ins::change(&store, &gates, more).await.unwrap();
            })
        }).collect();
        for one in tries {
            one.await.unwrap();
        }
        let expected = Count { failures: 20, closed_until: Timestamp(9) };
        assert_eq!(sign_ins::read(&store, &gates).await.unwrap(), [expected, expected]);
        let other = [Gate { counted: "pair", bucket: 7 }];
        assert_eq!(sign_ins::read(&store, &other).await.unwrap(), [Count::default()]);
    }

    async fn a_setup_code_works_once_and_in_time(database: TestDatabase) {
        let store = database.open().await.unwrap();
        let mut tx = store.begin().await.unwrap();
        store::accounts::add(&mut tx, "Relay", &help::entry("account.add")).await.unwrap();
        let add = help::entry("setup_code.add");
        setup_code::replace(&mut tx, &[1; 32], Timestamp(2_000), &add).await.unwrap();
        setup_code::replace(&mut tx, &[2; 32], Timestamp(2_000), &add).await.unwrap();
        let mut entry = help::entry("setup_code.use");
        assert!(!setup_code::use_up(&mut tx, &[1; 32], &entry).await.unwrap(), "replaced");
        entry.at = Timestamp(2_000);
        assert!(!setup_code::use_up(&mut tx, &[2; 32], &entry).await.unwrap(), "expired");
        entry.at = Timestamp(1_999);
        assert!(setup_code::is_good(&mut tx, &account(), &[2; 32], entry.at).await.unwrap());
        assert!(setup_code::use_up(&mut tx, &[2; 32], &entry).await.unwrap());
        assert!(!setup_code::use_up(&mut tx, &[2; 32], &entry).await.unwrap(), "used");
        tx.commit().await.unwrap();
        assert_eq!(help::entries(&database).await, 4);
    }

    async fn a_first_person_voids_the_setup_code(database: TestDatabase) {
        let store = database.open().await.unwrap();
        let mut tx = store.begin().await.unwrap();
        store::accounts::add(&mut tx, "Relay", &help::entry("account.add")).await.unwrap();
        let add = help::entry("setup_code.add");
        setup_code::replace(&mut tx, &[1; 32], Timestamp(2_000), &add).await.unwrap();
        help::add_user(&mut tx, &ana(), "ana@example.com", Role::Viewer).await.unwrap();
        assert!(!setup_code::is_good(&mut tx, &account(), &[1; 32], Timestamp(0)).await.unwrap());
        tx.commit().await.unwrap();
    }
}
