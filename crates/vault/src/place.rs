//! The place a value belongs to, and the bytes that bind a record to it.
//!
//! Both byte strings are a sequence of parts; each part is its length in bytes as a 32-bit
//! big-endian number, then its bytes. So no two places share their bytes, whatever the names in
//! them look like. Texts are UTF-8, the field revision is a 64-bit big-endian number.
//!
//! | | A connection's field | A workflow's secret |
//! |---|---|---|
//! | 1 | `relay.v1` | `relay.v1` |
//! | 2 | account | account |
//! | 3 | `connection` | `secret` |
//! | 4 | connection id | workflow id |
//! | 5 | type | secret name |
//! | 6 | field | field |
//! | 7 | field revision | field revision |
//! | 8, only in `info` | key id, 8 bytes | key id, 8 bytes |

use crate::key::KeyId;

/// The first part: which version of the format this is.
pub const FORMAT: &str = "relay.v1";

/// The longest place that is taken, in encoded bytes. HPKE ends at 64 KiB; ids and names of
/// ordinary length need less than 4 KiB.
pub const MAX_PLACE: usize = 16 * 1024;

/// What a value belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner<'a> {
    /// A connection of the account.
    Connection {
        /// Its id.
        id: &'a str,
        /// Its type, such as `aws`.
        type_name: &'a str,
    },
    /// A secret of a workflow.
    Secret {
        /// The id of the workflow.
        workflow_id: &'a str,
        /// The name of the secret.
        name: &'a str,
    },
}

/// Where exactly a value belongs. Its record opens there and nowhere else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// The id of the account.
    pub account: &'a str,
    /// The connection or the secret.
    pub owner: Owner<'a>,
    /// The field, such as `accessKeyID`.
    pub field: &'a str,
    /// Counts up with every new value of the field, so that an old one is not taken for a new one.
    pub field_revision: u64,
}

/// Ids and names are longer than [`MAX_PLACE`] together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the ids and names of a value take more than {MAX_PLACE} bytes")]
pub struct PlaceTooLong;

impl Place<'_> {
    /// The associated data of the value's encryption.
    pub fn associated_data(&self) -> Result<Vec<u8>, PlaceTooLong> {
        let revision = self.field_revision.to_be_bytes();
        let owner = match self.owner {
            Owner::Connection { id, type_name } => ["connection", id, type_name],
            Owner::Secret { workflow_id, name } => ["secret", workflow_id, name],
        };
        let [kind, id, name] = owner.map(str::as_bytes);
        parts(&[
            FORMAT.as_bytes(),
            self.account.as_bytes(),
            kind,
            id,
            name,
            self.field.as_bytes(),
            &revision,
        ])
    }

    /// HPKE's `info` of the sealed data key: the same place, and the key it is sealed to.
    pub fn info(&self, key: &KeyId) -> Result<Vec<u8>, PlaceTooLong> {
        let mut info = self.associated_data()?;
        info.extend(parts(&[key.as_bytes()])?);
        Ok(info)
    }
}

/// Writes the parts one after another, each behind its length.
pub(crate) fn parts(parts: &[&[u8]]) -> Result<Vec<u8>, PlaceTooLong> {
    let mut bytes = Vec::new();
    for part in parts {
        let length = u32::try_from(part.len()).map_err(|_| PlaceTooLong)?;
        bytes.extend(length.to_be_bytes());
        bytes.extend(*part);
        if bytes.len() > MAX_PLACE {
            return Err(PlaceTooLong);
        }
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CONNECTION: Place<'_> = Place {
        account: "a1",
        owner: Owner::Connection {
            id: "c1",
            type_name: "aws",
        },
        field: "accessKeyID",
        field_revision: 0x0102,
    };
    const SECRET: Place<'_> = Place {
        account: "a1",
        owner: Owner::Secret {
            workflow_id: "w1",
            name: "tökén",
        },
        field: "value",
        field_revision: u64::MAX,
    };
    const CONNECTION_BYTES: &[u8] =
        b"\0\0\0\x08relay.v1\0\0\0\x02a1\0\0\0\x0aconnection\0\0\0\x02c1\
        \0\0\0\x03aws\0\0\0\x0baccessKeyID\0\0\0\x08\0\0\0\0\0\0\x01\x02";
    const SECRET_BYTES: &[u8] = b"\0\0\0\x08relay.v1\0\0\0\x02a1\0\0\0\x06secret\0\0\0\x02w1\
        \0\0\0\x07t\xc3\xb6k\xc3\xa9n\0\0\0\x05value\0\0\0\x08\xff\xff\xff\xff\xff\xff\xff\xff";

    #[test]
    fn the_bytes_of_the_associated_data_are_frozen() {
        assert_eq!(CONNECTION.associated_data().unwrap(), CONNECTION_BYTES);
        assert_eq!(SECRET.associated_data().unwrap(), SECRET_BYTES);
    }

    #[test]
    fn the_bytes_of_info_are_frozen() {
        let key = "66687aadf862bd77".parse().unwrap();
        let end = b"\0\0\0\x08\x66\x68\x7a\xad\xf8\x62\xbd\x77";
        assert_eq!(
            CONNECTION.info(&key).unwrap(),
            [CONNECTION_BYTES, end].concat()
        );
        assert_eq!(SECRET.info(&key).unwrap(), [SECRET_BYTES, end].concat());
    }

    #[test]
    fn a_connection_is_never_taken_for_a_secret() {
        let secret = Place {
            owner: Owner::Secret {
                workflow_id: "c1",
                name: "aws",
            },
            ..CONNECTION
        };
        assert_ne!(secret.associated_data(), CONNECTION.associated_data());
    }

    #[test]
    fn a_place_of_any_names_fits_and_an_absurd_one_is_refused() {
        let (id, name) = ("f".repeat(32), "\u{1F511}".repeat(200));
        let owner = Owner::Secret {
            workflow_id: &id,
            name: &name,
        };
        let long = Place {
            account: &id,
            owner,
            field: &name,
            field_revision: 1,
        };
        assert!(long.associated_data().unwrap().len() < MAX_PLACE / 4);

        let absurd = "x".repeat(MAX_PLACE);
        assert_eq!(
            Place {
                field: &absurd,
                ..SECRET
            }
            .associated_data(),
            Err(PlaceTooLong)
        );
        let key = "66687aadf862bd77".parse().unwrap();
        assert_eq!(
            Place {
                account: &absurd,
                ..SECRET
            }
            .info(&key),
            Err(PlaceTooLong)
        );
    }

    /// So few and so alike that places often differ in one part only, or in how the same
    /// characters are divided among the parts.
    fn name() -> impl Strategy<Value = String> {
        prop_oneof![Just(""), Just("\0"), Just("a"), Just("a\0")].prop_map(str::to_owned)
    }

    type Names = (bool, [String; 4], u64);

    fn names() -> impl Strategy<Value = Names> {
        (any::<bool>(), [name(), name(), name(), name()], 0_u64..2)
    }

    fn place((secret, [account, id, name, field], revision): &Names) -> Place<'_> {
        let owner = if *secret {
            Owner::Secret {
                workflow_id: id,
                name,
            }
        } else {
            Owner::Connection {
                id,
                type_name: name,
            }
        };
        Place {
            account,
            owner,
            field,
            field_revision: *revision,
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(5_000))]

        #[test]
        fn different_places_have_different_bytes(one in names(), other in names()) {
            let (one, other) = (place(&one), place(&other));
            prop_assert_eq!(one == other, one.associated_data() == other.associated_data());
        }
    }
}
