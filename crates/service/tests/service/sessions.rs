//! Sessions and signing out.

use model::Role;
use store::both;
use store::testing::TestDatabase;

use crate::help::{self, clock, somewhere};

both! {
    async fn signing_out_ends_the_session(database: TestDatabase) {
        let house = help::empty(&database).await;
        let ana = house.person("Ana", Role::Viewer).await;
        let service = &house.service;
        let id = service::session_id_hash(b"the id in the cookie");
        let end = clock().plus(1_000);
        assert!(service.session_create(&id, None, b"before", end, &somewhere()).await.unwrap());
        assert!(!service.session_create(&id, None, b"again", end, &somewhere()).await.unwrap());
        assert!(service.session_save(&id, Some(ana.user_id()), b"after", end).await.unwrap());
        assert_eq!(service.session_load(&id).await.unwrap(), Some((b"after".to_vec(), end)));
        service.sign_out(&ana, &id).await.unwrap();
        assert_eq!(house.last().await.act, "user.sign_out");
        assert!(service.session_load(&id).await.unwrap().is_none());
        assert!(!service.session_save(&id, Some(ana.user_id()), b"back", end).await.unwrap());
        assert!(service.session_load(&id).await.unwrap().is_none());
    }

    async fn sessions_that_ended_are_swept(database: TestDatabase) {
        let house = help::empty(&database).await;
        for (id, end) in [(1, clock()), (2, clock().plus(1))] {
            house.service.session_create(&[id; 32], None, b"", end, &somewhere()).await.unwrap();
        }
        assert!(house.service.session_load(&[1; 32]).await.unwrap().is_none());
        assert_eq!(house.service.sessions_sweep().await.unwrap(), 1);
        house.service.session_delete(&[2; 32]).await.unwrap();
        assert!(house.service.session_load(&[2; 32]).await.unwrap().is_none());
    }
}
