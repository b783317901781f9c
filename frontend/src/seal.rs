//! Sealing in the browser: the same checks and the same format as on the server, and no way to open
//! what was sealed. `frontend/seal/form.js` is what pages talk to.

use model::value;
use vault::{Owner, Place, Plaintext, PublicKey};
use wasm_bindgen::prelude::wasm_bindgen;
use zeroize::Zeroizing;

/// Seals the values of one connection or one secret.
#[wasm_bindgen]
pub struct Sealer {
    is_secret: bool,
    key: PublicKey,
    account: String,
    owner: String,
    name: String,
}

#[wasm_bindgen]
impl Sealer {
    /// For the parts of a seal context; `kind` is `connection` or `secret`.
    #[wasm_bindgen(constructor)]
    pub fn new(
        kind: &str,
        public_key: &str,
        account: String,
        owner: String,
        name: String,
    ) -> Result<Self, String> {
        Ok(Self {
            is_secret: kind == "secret",
            key: public_key
                .parse()
                .map_err(|error| format!("Nothing was sent: {error}."))?,
            account,
            owner,
            name,
        })
    }

    /// Checks what was typed into `field` and seals it: what `sealed[FIELD]` has to be. Nothing when
    /// an optional field was left empty, unless its value was to be replaced; a sentence when
    /// something is wrong with it.
    ///
    /// `typed` is taken over and wiped; the caller has to wipe its own copy.
    pub fn seal(
        &self,
        field: &str,
        field_revision: u32,
        typed: Vec<u8>,
        replaces: bool,
    ) -> Result<Option<String>, String> {
        let typed = Zeroizing::new(typed);
        let known = if self.is_secret {
            Some(&value::SECRET)
        } else {
            model::connection_type(&self.name).and_then(|kind| kind.field(field))
        };
        let known = known.ok_or("The page is older than the server. Load it again.")?;
        let text = std::str::from_utf8(&typed).map_err(|_| "This is not text.")?;
        let value = Zeroizing::new(value::as_sealed(text, known.multiline));
        if let Some(problem) = value::check(known, &value) {
            return Err(problem.detail);
        }
        if value.is_empty() {
            return if replaces {
                Err(format!(
                    "Enter a value for {}, or choose Clear.",
                    known.label
                ))
            } else {
                Ok(None)
            };
        }
        let owner = if self.is_secret {
            Owner::Secret {
                workflow_id: &self.owner,
                name: &self.name,
            }
        } else {
            Owner::Connection {
                id: &self.owner,
                type_name: &self.name,
            }
        };
        let place = Place {
            account: &self.account,
            owner,
            field: known.name,
            field_revision: field_revision.into(),
        };
        let sealed = vault::seal(Plaintext::from(value), &place, &self.key)
            .map_err(|error| format!("Nothing was sent: {error}."))?;
        Ok(Some(format!("{field_revision}.{}", sealed.to_text())))
    }
}
