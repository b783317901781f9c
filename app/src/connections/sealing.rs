//! What a browser is told so that it can seal. The script that uses it is `frontend/seal/form.js`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// For what the values of one form have to be sealed. None of it is secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealContext {
    /// The vault's public key.
    pub public_key: String,
    /// The account.
    pub account: String,
    /// The id of the connection, or of the workflow that a secret belongs to.
    pub owner: String,
    /// The type of the connection, or the name of the secret.
    pub name: String,
    /// The newest revision of what is overwritten; 0 for what is not there yet.
    pub revision: u64,
    /// By field, the revision its next value has to be sealed for.
    pub fields: BTreeMap<String, u64>,
}

#[cfg(feature = "ssr")]
impl From<service::SealContext> for SealContext {
    fn from(context: service::SealContext) -> Self {
        Self {
            public_key: context.public_key,
            account: context.account.to_string(),
            owner: context.owner,
            name: context.name,
            revision: context.revision,
            fields: context.fields,
        }
    }
}
