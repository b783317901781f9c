//! People, sessions and the setup code.

use model::{Role, Timestamp, UserId};
use store::sessions::{self, NewSession};
use store::testing::TestDatabase;
use store::users::{self, PasswordHash};
use store::{Error, both, setup_code};

use crate::help::{self, account, ana};

fn session<'a>(user: Option<&'a UserId>, data: &'a [u8], expires_at: i64) -> NewSession<'a> {
    NewSession {
        user,
        data,
        expires_at: Timestamp(expires_at),
    }
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
        assert!(sessions::create(&store, &account(), &id, session(None, b"one", 2_000)).await.unwrap());
        assert!(!sessions::create(&store, &account(), &id, session(None, b"two", 2_000)).await.unwrap());
        assert_eq!(load().await.unwrap(), Some((b"one".to_vec(), Timestamp(2_000))));
        assert!(sessions::save(&store, &account(), &id, session(Some(&ana()), b"three", 3_000)).await.unwrap());
        assert_eq!(load().await.unwrap(), Some((b"three".to_vec(), Timestamp(3_000))));
        sessions::delete(&store, &account(), &id).await.unwrap();
        // A request that was under way cannot bring it back.
        assert!(!sessions::save(&store, &account(), &id, session(Some(&ana()), b"four", 3_000)).await.unwrap());
        assert!(load().await.unwrap().is_none());
    }

    async fn sessions_end(database: TestDatabase) {
        let store = help::open(&database).await;
        for (id, user, end) in [(1, None, 1_000), (2, Some(ana()), 5_000), (3, None, 5_000)] {
            let new = session(user.as_ref(), b"", end);
            sessions::create(&store, &account(), &[id; 32], new).await.unwrap();
        }
        let alive = async |id| sessions::load(&store, &account(), &[id; 32], Timestamp(1_000)).await.unwrap().is_some();
        assert!(!alive(1).await && alive(2).await && alive(3).await);
        assert_eq!(sessions::delete_expired(&store, Timestamp(1_000)).await.unwrap(), 1);
        let mut tx = store.begin().await.unwrap();
        sessions::delete_of_user(&mut tx, &ana()).await.unwrap();
        tx.commit().await.unwrap();
        assert!(!alive(2).await && alive(3).await);
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
