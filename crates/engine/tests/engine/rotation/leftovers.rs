//! What a rotation comes across: ids that are none, engines that died, keys that were removed, and
//! values that are marked.

use std::collections::BTreeSet;
use std::sync::Arc;

use engine::Rotator;
use opener::KeyRing;
use store::rotations::{self, State};
use store::testing::TestDatabase;
use store::{both, ledger, resealing, vault_keys};

use super::{read, rotator, save, started};
use crate::help::{House, ask_for_rotation, entry, now, told};

both! {
    async fn ids_that_are_none_hold_no_rotation_up(database: TestDatabase) {
        let house = House::with_its_key_known(database).await;
        let before = KeyRing::from_file(&house.key).unwrap().key_id().to_string();
        let good = save(&house.store, "good", "good").await;
        for number in 0..3 {
            save(&house.store, &format!("bad {number}"), "bad").await;
        }
        let sql = format!("update field_values set key_id = 'no id' where connection_id <> '{good}'");
        assert_eq!(house.database.execute(&sql).await.unwrap(), 3);
        let sql = "insert into vault_keys (key_id, public_key, created_at, retired_at) \
            select 'no id', public_key, 1, 1 from vault_keys";
        assert_eq!(house.database.execute(sql).await.unwrap(), 1);
        ask_for_rotation(&house.store).await;
        let rotator = rotator(&house).await;
        while rotator.carry_on().await.unwrap() {}
        let rotation = rotations::newest(&house.store).await.unwrap().unwrap();
        assert_eq!((rotation.state, rotation.done, rotation.message.as_str()), (State::Finished, 1, ""));
        let counts = vault_keys::counts(&house.store).await.unwrap();
        assert!(!counts.contains_key(&before));
        assert_eq!((counts["no id"].values, counts["no id"].unopenable), (0, 3));
    }
}

both! {
    async fn engines_that_died_are_none_that_share_an_sqlite_database(database: TestDatabase) {
        let house = House::with_its_key_known(database).await;
        for row in ["1", "2"] {
            let sql = format!(
                "insert into engines (id, runner, note, started_at) values ('{}', 'process', '', 1)",
                row.repeat(32)
            );
            assert_eq!(house.database.execute(&sql).await.unwrap(), 1);
        }
        ask_for_rotation(&house.store).await;
        let rotator = rotator(&house).await;
        while rotator.carry_on().await.unwrap() {}
        let rotation = rotations::newest(&house.store).await.unwrap().unwrap();
        assert_eq!((rotation.state, rotation.message.as_str()), (State::Finished, ""));
    }
}

both! {
    async fn a_key_that_was_removed_is_forgotten_unless_a_value_needs_it(database: TestDatabase) {
        let house = House::with_its_key_known(database).await;
        let old = KeyRing::from_file(&house.key).unwrap().key_id();
        save(&house.store, "one", "one").await;
        ask_for_rotation(&house.store).await;
        let keys = Arc::new(started(&house).await);
        let rotator = Rotator::new(house.store.clone(), Arc::clone(&keys), now);
        while rotator.carry_on().await.unwrap() {}
        assert!(keys.ring().has(&old));

        let mut tx = house.store.begin().await.unwrap();
        let entry = entry("vault.key_remove");
        assert!(vault_keys::remove(&mut tx, &old.to_string(), &entry).await.unwrap());
        tx.commit().await.unwrap();
        // Somebody who can write the database claims that; the value is still there.
        let name = format!("update field_values set key_id = '{old}'");
        assert_eq!(house.database.execute(&name).await.unwrap(), 1);
        assert!(!rotator.carry_on().await.unwrap());
        assert!(keys.ring().has(&old));

        let current = keys.ring().key_id();
        let name = format!("update field_values set key_id = '{current}'");
        assert_eq!(house.database.execute(&name).await.unwrap(), 1);
        assert!(!rotator.carry_on().await.unwrap());
        assert!(!keys.ring().has(&old));
        // Its file is there still, and is not taken in again.
        assert!(KeyRing::files(&house.key).unwrap().iter().any(|(id, _)| *id == old));
        assert!(!keys.find(&old));
        assert!(keys.ring().has(&current));
    }
}

both! {
    async fn a_value_that_is_refused_for_its_age_is_not_lost_with_its_key(database: TestDatabase) {
        let house = House::with_its_key_known(database).await;
        let old = KeyRing::from_file(&house.key).unwrap().key_id().to_string();
        let id = save(&house.store, "one", "the first").await;
        save(&house.store, "two", "another").await;
        let keep = "create table kept as select * from field_values";
        house.database.execute(keep).await.unwrap();
        house.overwrite(&id, "npm", 1, "token", "the second").await;
        let back = "delete from field_values; insert into field_values select * from kept";
        house.database.execute(back).await.unwrap();
        let marked = format!("update field_values set unopenable_at = 1 where connection_id = '{id}'");
        assert_eq!(house.database.execute(&marked).await.unwrap(), 1);

        ask_for_rotation(&house.store).await;
        let rotator = rotator(&house).await;
        while rotator.carry_on().await.unwrap() {}
        // It would open, and is still not the newest one.
        let still = resealing::unopenable(&house.store, None, 10).await.unwrap();
        assert_eq!(still.len(), 1);
        let counts = vault_keys::counts(&house.store).await.unwrap();
        assert!(!counts.contains_key(&old), "{old} is needed still: {counts:?}");
        let current = &still[0].sealed.key_id;
        assert_eq!((counts[current].values, counts[current].unopenable), (1, 1));
        let after = KeyRing::from_file(&house.key).unwrap();
        assert_eq!(read(&house.store, &after, &id).await.as_deref(), Some(&b"the first"[..]));
    }
}

/// How many data keys of marked values a rotation seals again in one transaction, at most.
const PAGE: usize = 256;

both! {
    async fn however_many_values_are_marked_they_are_carried_over_in_small_parts(database: TestDatabase) {
        let house = House::with_its_key_known(database).await;
        let workflow = house.workflow("steps: []\n").await;
        let (connections, secrets) = (2 * PAGE + 10, 3);
        let mut old = Vec::new();
        for number in 0..connections {
            let id = save(&house.store, &format!("c{number}"), "a value").await;
            old.push((told("connection.overwrite", id.as_str(), &[("token", 2)]), id.to_string()));
        }
        for number in 0..secrets {
            let id = house.secret(&workflow, &format!("s{number}"), "a value").await;
            old.push((told("secret.overwrite", id.as_str(), &[("value", 2)]), id.to_string()));
        }
        // Something newer was told of each: they open, and are old ones that somebody has put back.
        let mut tx = house.store.begin().await.unwrap();
        for (entry, _) in &old {
            ledger::append(&mut tx, entry).await.unwrap();
        }
        tx.commit().await.unwrap();
        for table in ["field_values", "secret_values"] {
            house.database.execute(&format!("update {table} set unopenable_at = 1")).await.unwrap();
        }
        ask_for_rotation(&house.store).await;
        let rotator = rotator(&house).await;
        while rotator.carry_on().await.unwrap() {}

        let current = vault_keys::current(&house.store).await.unwrap().unwrap().key_id;
        let counts = vault_keys::counts(&house.store).await.unwrap();
        assert_eq!(counts.keys().collect::<Vec<_>>(), [&current]);
        let all = u64::try_from(connections + secrets).unwrap();
        assert_eq!((counts[&current].values, counts[&current].unopenable), (0, all));
        let told = ledger::after(&house.store, 0, 10_000).await.unwrap();
        let told = told.into_iter().filter(|row| row.act == "vault.reseal");
        let sizes: Vec<_> = told.map(|row| {
            let detail: serde_json::Value = serde_json::from_str(&row.detail).unwrap();
            usize::try_from(detail["values"].as_u64().unwrap()).unwrap()
        }).collect();
        assert!(sizes.iter().all(|size| *size <= PAGE), "{sizes:?}");
        assert_eq!(sizes.iter().sum::<usize>(), connections + secrets, "{sizes:?}");

        // Each of them is on one page, whatever its size is, and the last one is behind none.
        for size in [1, 7, 1_000] {
            let mut seen = BTreeSet::new();
            let mut behind = None;
            loop {
                let page = resealing::unopenable(&house.store, behind.as_ref(), size).await.unwrap();
                assert!(page.len() <= usize::try_from(size).unwrap());
                let Some(last) = page.last() else { break };
                behind = Some(last.owner.clone());
                for row in page {
                    assert_eq!(row.sealed.key_id, current);
                    assert!(seen.insert(match row.owner {
                        resealing::Owner::Field { connection, .. } => connection.to_string(),
                        resealing::Owner::Secret { secret, .. } => secret.to_string(),
                    }));
                }
            }
            assert_eq!(seen, old.iter().map(|(_, id)| id.clone()).collect());
        }
    }
}
