//! Values are sealed to a new key only when one that is believed vouches for it.

use store::testing::TestDatabase;
use store::{both, vault_keys};
use vault::VerifyingKey;

use crate::help::{self, aws};

/// Puts a key of somebody's own in the place of the vault's, as who can write the database can.
async fn slip_in(database: &TestDatabase, endorsement: &str) {
    let current = vault_keys::current(&database.open().await.unwrap())
        .await
        .unwrap()
        .unwrap();
    let bytes = |byte: &str, times: usize| {
        let hex = byte.repeat(times);
        if database.is_sqlite() {
            format!("x'{hex}'")
        } else {
            format!("'\\x{hex}'")
        }
    };
    let (own, by) = (bytes("09", 32), &current.key_id);
    let signature = match endorsement {
        "" => "null".to_owned(),
        byte => bytes(byte, 64),
    };
    let sql = format!(
        "update vault_keys set retired_at = 1; \
         insert into vault_keys (key_id, public_key, created_at, verifying_key, endorsed_by, \
         endorsement) values ('00112233445566aa', {own}, 2, {own}, '{by}', {signature})"
    );
    database.execute(&sql).await.unwrap();
}

async fn is_refused(database: TestDatabase, endorsement: &str) {
    let (house, ana) = help::with_ana(&database).await;
    let service = house
        .service
        .clone()
        .verifying_with(VerifyingKey::from([3; 32]));
    let first = service.new_connection_id(&ana).unwrap();
    service.add_connection(&ana, aws(&first)).await.unwrap();
    slip_in(&database, endorsement).await;
    let mut form = aws(&service.new_connection_id(&ana).unwrap());
    "another".clone_into(&mut form.name);
    let problem = service.add_connection(&ana, form).await.unwrap_err();
    assert_eq!(problem.code, "internal");
    assert_eq!(service.connections(&ana).await.unwrap().len(), 1);
}

both! {
    async fn nothing_is_sealed_to_a_key_without_a_signature(database: TestDatabase) {
        is_refused(database, "").await;
    }

    async fn nothing_is_sealed_to_a_key_with_a_made_up_signature(database: TestDatabase) {
        is_refused(database, "5a").await;
    }
}
