//! Secrets of a workflow.

use model::{ProblemKind, Role};
use store::both;
use store::testing::TestDatabase;

use crate::help::{self, field, secret};

both! {
    async fn a_secret_from_add_to_delete(database: TestDatabase) {
        let (house, ana) = help::with_ana(&database).await;
        let bo = house.person("Bo", Role::Administrator).await.administrator().unwrap();
        let service = &house.service;
        house.add_workflow(&ana, "one").await;
        let id = service.new_secret_id(&ana).unwrap();
        let add = async |id| service.add_secret(&ana, "one", "token", secret("several\nlines"), id).await;
        assert_eq!(add(id.clone()).await.unwrap(), id);
        let twice = add(id.clone()).await.unwrap_err();
        assert_eq!((twice.kind, twice.code.as_str()), (ProblemKind::Stale, "already_saved"));
        let taken = add(service.new_secret_id(&ana).unwrap()).await.unwrap_err();
        assert_eq!(field(&taken), ("name", "taken"));

        let rows = service.secrets(&ana, "one").await.unwrap();
        assert_eq!((rows.len(), rows[0].name.as_str(), rows[0].revision), (1, "token", 1));
        service.overwrite_secret(&bo, "one", &id, 1, secret("another")).await.unwrap();
        let late = service.overwrite_secret(&ana, "one", &id, 1, secret("late")).await.unwrap_err();
        assert_eq!((late.kind, late.code.as_str()), (ProblemKind::Stale, "secret_changed"));
        assert!(late.detail.starts_with("Bo overwrote this secret"), "{late}");
        let (revision, sealed) = store::secrets::sealed(&house.store, &id).await.unwrap().unwrap();
        assert_eq!((revision, sealed.key_id), (2, help::key().id().to_string()));

        service.delete_secret(&ana, "one", &id).await.unwrap();
        assert_eq!(service.delete_secret(&ana, "one", &id).await.unwrap_err().kind, ProblemKind::NotFound);
        assert!(store::secrets::sealed(&house.store, &id).await.unwrap().is_none());
        // The name may come back; its values never fit into the place of the earlier ones.
        let again = add(service.new_secret_id(&ana).unwrap()).await.unwrap();
        assert_eq!(store::secrets::sealed(&house.store, &again).await.unwrap().unwrap().0, 3);
        assert!(house.last().await.detail.contains(r#""fields":{"value":3}"#));
    }

    async fn a_wrong_secret_is_refused(database: TestDatabase) {
        let (house, ana) = help::with_ana(&database).await;
        let service = &house.service;
        house.add_workflow(&ana, "one").await;
        let add = async |workflow: &str, name: &str, value: &str| {
            let id = service.new_secret_id(&ana).unwrap();
            service.add_secret(&ana, workflow, name, secret(value), id).await.unwrap_err()
        };
        assert_eq!(field(&add("one", "token", "").await), ("value", "required"));
        assert_eq!(field(&add("one", "token", "a\0b").await), ("value", "nul"));
        assert_eq!(field(&add("one", "", "x").await), ("name", "required"));
        assert_eq!(add("one", "", "").await.fields.len(), 2);
        assert_eq!(add("two", "token", "x").await.kind, ProblemKind::NotFound);
        let id = service.new_secret_id(&ana).unwrap();
        let gone = service.overwrite_secret(&ana, "one", &id, 1, secret("x")).await.unwrap_err();
        assert_eq!(gone.kind, ProblemKind::NotFound);
    }

    async fn a_secret_belongs_to_its_workflow(database: TestDatabase) {
        let (house, ana) = help::with_ana(&database).await;
        let service = &house.service;
        house.add_workflow(&ana, "one").await;
        house.add_workflow(&ana, "two").await;
        let id = service.new_secret_id(&ana).unwrap();
        service.add_secret(&ana, "one", "token", secret("x"), id.clone()).await.unwrap();
        assert!(service.secrets(&ana, "two").await.unwrap().is_empty());
        let other = service.overwrite_secret(&ana, "two", &id, 1, secret("y")).await.unwrap_err();
        assert_eq!(other.kind, ProblemKind::NotFound);
        assert_eq!(service.delete_secret(&ana, "two", &id).await.unwrap_err().kind, ProblemKind::NotFound);
        service.delete_workflow(&ana, "one", "one").await.unwrap();
        assert!(store::secrets::sealed(&house.store, &id).await.unwrap().is_none());
    }
}
