//! Workflows and revisions.

use model::{ProblemKind, Role};
use store::both;
use store::testing::TestDatabase;

use crate::help::{self, NEEDS_AWS, field, secret};

both! {
    async fn a_workflow_is_created_once(database: TestDatabase) {
        let (house, ana) = help::with_ana(&database).await;
        let service = &house.service;
        let name = service.create_workflow(&ana, " ec2-reaper ", " What it\r\ndoes ").await.unwrap();
        assert_eq!(name.as_str(), "ec2-reaper");
        let view = service.workflow(&ana, "ec2-reaper").await.unwrap().unwrap();
        assert_eq!((view.revision, view.text.as_str()), (0, ""));
        assert_eq!((view.description.as_str(), view.saved_by.as_str()), ("What it\ndoes", "Ana"));

        let taken = service.create_workflow(&ana, "ec2-reaper", "").await.unwrap_err();
        assert_eq!(field(&taken), ("name", "taken"));
        assert!(taken.detail.contains("Open that one"));
        let slash = service.create_workflow(&ana, "a/b", "").await.unwrap_err();
        assert_eq!(field(&slash), ("name", "invalid"));
        let long = service.create_workflow(&ana, "x", &"x".repeat(1_001)).await.unwrap_err();
        assert_eq!(field(&long), ("description", "too_long"));
        let both = service.create_workflow(&ana, "", "a\0b").await.unwrap_err();
        assert_eq!(both.fields.len(), 2);
        assert!(service.workflow(&ana, "a/b").await.unwrap().is_none());
    }

    async fn the_list_counts_what_is_missing(database: TestDatabase) {
        let (house, ana) = help::with_ana(&database).await;
        let service = &house.service;
        for name in ["beta", "Alpha", "gamma"] {
            house.add_workflow(&ana, name).await;
        }
        service.save_workflow(&ana, "gamma", 1, "steps: [\n".into()).await.unwrap();
        let list = async || -> Vec<_> {
            let rows = service.workflows(&ana).await.unwrap();
            rows.into_iter().map(|row| (String::from(row.name), row.missing, row.readable)).collect()
        };
        let row = |name: &str, missing, readable| (name.to_owned(), missing, readable);
        let rows = list().await;
        assert_eq!(&rows[..2], [row("Alpha", 2, true), row("beta", 2, true)]);
        assert_eq!(rows[2].0, "gamma");

        house.add_aws(&ana).await;
        let id = service.new_secret_id(&ana).unwrap();
        service.add_secret(&ana, "beta", "token", secret("x"), id).await.unwrap();
        assert_eq!(&list().await[..2], [row("Alpha", 1, true), row("beta", 0, true)]);
        let holdings = service.holdings(&ana, "beta").await.unwrap();
        assert_eq!((holdings.connections.len(), holdings.secrets.len()), (1, 1));
        assert_eq!(holdings.connections[0].type_name, "aws");
        assert!(service.holdings(&ana, "alpha").await.is_err());
    }

    async fn each_save_is_a_revision(database: TestDatabase) {
        let (house, ana) = help::with_ana(&database).await;
        let service = &house.service;
        house.add_workflow(&ana, "one").await;
        // What a form without JavaScript sends is the same text.
        let crlf = NEEDS_AWS.replace('\n', "\r\n");
        assert_eq!(service.save_workflow(&ana, "one", 1, crlf).await.unwrap().revision, 1);
        assert_eq!(service.save_workflow(&ana, "one", 1, "two\n".into()).await.unwrap().revision, 2);
        let restored = service.restore_revision(&ana, "one", 1, 2).await.unwrap();
        assert_eq!(restored.revision, 3);
        assert_eq!(service.restore_revision(&ana, "one", 1, 3).await.unwrap().revision, 3, "the same text");
        let rows = service.revisions(&ana, "one").await.unwrap();
        let seen: Vec<_> = rows.iter().map(|row| (row.number, row.note.as_str())).collect();
        assert_eq!(seen, [(3, "Restored from revision 1"), (2, ""), (1, "")]);
        assert_eq!(service.revision(&ana, "one", 3).await.unwrap().unwrap().text, NEEDS_AWS);
        assert_eq!(service.revision(&ana, "one", 2).await.unwrap().unwrap().text, "two\n");
        assert!(service.revision(&ana, "one", 4).await.unwrap().is_none());
        assert_eq!(service.restore_revision(&ana, "one", 9, 3).await.unwrap_err().kind, ProblemKind::NotFound);
    }

    async fn saving_over_a_newer_revision_is_refused(database: TestDatabase) {
        let (house, ana) = help::with_ana(&database).await;
        let bo = house.person("Bo", Role::Administrator).await.administrator().unwrap();
        let service = &house.service;
        house.add_workflow(&ana, "one").await;
        service.save_workflow(&bo, "one", 1, "by Bo\n".into()).await.unwrap();
        let before = house.entries().await;
        let refused = service.save_workflow(&ana, "one", 1, "by Ana\n".into()).await.unwrap_err();
        assert_eq!((refused.kind, refused.code.as_str()), (ProblemKind::Stale, "workflow_changed"));
        assert!(refused.detail.starts_with(
            "Bo saved revision 2 at 2026-11-21 20:45 UTC, after you opened revision 1."
        ), "{refused}");
        let refused = service.restore_revision(&ana, "one", 1, 1).await.unwrap_err();
        assert_eq!(refused.code, "workflow_changed");
        let ahead = service.save_workflow(&ana, "one", 7, "from the future\n".into()).await.unwrap_err();
        assert_eq!(ahead.kind, ProblemKind::Stale);
        let beyond = service.save_workflow(&ana, "one", u64::MAX, "x\n".into()).await.unwrap_err();
        assert_eq!(beyond.kind, ProblemKind::Stale);
        assert_eq!(house.entries().await, before);
        assert_eq!(service.workflow(&ana, "one").await.unwrap().unwrap().text, "by Bo\n");
    }

    async fn two_who_save_at_once_are_not_both_right(database: TestDatabase) {
        let (house, ana) = help::with_ana(&database).await;
        house.add_workflow(&ana, "one").await;
        let savers: Vec<_> = (0..12).map(|number| {
            let (service, ana) = (house.service.clone(), ana.clone());
            tokio::spawn(async move { service.save_workflow(&ana, "one", 1, format!("{number}\n")).await })
        }).collect();
        let mut saved = 0;
        for saver in savers {
            match saver.await.unwrap() {
                Ok(new) => saved += new.revision - 1,
                Err(problem) => assert_eq!(problem.code, "workflow_changed"),
            }
        }
        assert_eq!(saved, 1);
    }

    async fn any_text_can_be_saved_up_to_a_limit(database: TestDatabase) {
        let (house, ana) = help::with_ana(&database).await;
        let service = &house.service;
        service.create_workflow(&ana, "one", "").await.unwrap();
        let texts = [
            "steps: [unclosed".to_owned(),
            "\u{feff}a: &a [*a, *a]\n\u{202e}".to_owned(),
            format!("steps:\n- name: a\n  spec: !Connection {{type: aws, name: \"{}\"}}\n", "n".repeat(9_000)),
            "steps:\n- name: \"a\\0b\"\n  spec: !Connection {type: aws, name: \"a\\0b\"}\n".to_owned(),
            "# a long draft\n".repeat(30_000),
            "x".repeat(service::MAX_TEXT),
        ];
        for (base, text) in (0_u64..).zip(texts) {
            service.save_workflow(&ana, "one", base, text.clone()).await.unwrap();
            assert!(service.workflow(&ana, "one").await.unwrap().unwrap().text == text, "{base}");
        }
        let large = service.save_workflow(&ana, "one", 6, "x".repeat(service::MAX_TEXT + 1)).await.unwrap_err();
        assert_eq!((large.kind, large.code.as_str()), (ProblemKind::TooLarge, "text_too_large"));
        let nul = service.save_workflow(&ana, "one", 6, "a\nb\0".into()).await.unwrap_err();
        assert_eq!(field(&nul), ("text", "nul"));
        assert!(nul.detail.contains("Line 2"));
        assert!(!service.workflows(&ana).await.unwrap()[0].readable);
    }

    async fn a_renamed_workflow_keeps_everything(database: TestDatabase) {
        let (house, ana) = help::with_ana(&database).await;
        let service = &house.service;
        house.add_workflow(&ana, "one").await;
        house.add_workflow(&ana, "two").await;
        let id = service.new_secret_id(&ana).unwrap();
        service.add_secret(&ana, "one", "token", secret("x"), id).await.unwrap();
        assert_eq!(field(&service.rename_workflow(&ana, "one", "two", "").await.unwrap_err()), ("name", "taken"));
        service.rename_workflow(&ana, "one", "three", "new").await.unwrap();
        assert!(service.workflow(&ana, "one").await.unwrap().is_none());
        let view = service.workflow(&ana, "three").await.unwrap().unwrap();
        assert_eq!((view.revision, view.description.as_str()), (1, "new"));
        assert_eq!(service.secrets(&ana, "three").await.unwrap().len(), 1);
        let gone = service.rename_workflow(&ana, "one", "four", "").await.unwrap_err();
        assert_eq!(gone.kind, ProblemKind::NotFound);
        // The same name with another description is no conflict with itself.
        service.rename_workflow(&ana, "three", "three", "newer").await.unwrap();
    }

    async fn deleting_a_workflow_wants_its_name(database: TestDatabase) {
        let (house, ana) = help::with_ana(&database).await;
        let service = &house.service;
        house.add_workflow(&ana, "one").await;
        for typed in ["", "One", "two"] {
            let refused = service.delete_workflow(&ana, "one", typed).await.unwrap_err();
            assert_eq!(field(&refused), ("typed_name", "confirm_name"));
        }
        service.delete_workflow(&ana, "one", " one ").await.unwrap();
        assert_eq!(service.delete_workflow(&ana, "one", "one").await.unwrap_err().kind, ProblemKind::NotFound);
        for table in ["workflows", "revisions", "requirements"] {
            assert_eq!(database.number(&format!("select count(*) from {table}")).await.unwrap(), 0);
        }
        service.create_workflow(&ana, "one", "").await.unwrap();
    }
}
