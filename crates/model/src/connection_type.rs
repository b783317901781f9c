//! The catalogue of connection types: which fields a connection of a type has.
//!
//! The data is `catalogue.yaml` beside this crate's manifest; `build.rs` turns it into constants,
//! so that the browser needs no YAML to know it.

/// A kind of connection, such as `aws`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConnectionType {
    /// The word workflows use, such as `aws`.
    pub name: &'static str,
    /// The name people know, such as “AWS”.
    pub label: &'static str,
    /// The heading it stands under in the list of types.
    pub group: &'static str,
    /// One sentence: what it gives access to.
    pub summary: &'static str,
    /// The least rights that are enough, and how to get them.
    pub advice: &'static str,
    /// Its fields, in the order of the form.
    pub fields: &'static [Field],
}

/// One value of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// The key a step reads, such as `accessKeyID`.
    pub name: &'static str,
    /// The label of the form, such as “Access key ID”.
    pub label: &'static str,
    /// Where to get it.
    pub help: &'static str,
    /// Masked while typed and in logs. Every field is sealed and write-only, masked or not.
    pub secret: bool,
    /// Several lines, such as a key file.
    pub multiline: bool,
    /// A connection without it cannot be saved.
    pub required: bool,
}

include!(concat!(env!("OUT_DIR"), "/catalogue.rs"));

/// Every type, in the order of the catalogue.
pub fn connection_types() -> &'static [ConnectionType] {
    CATALOGUE
}

/// The type of that name.
pub fn connection_type(name: &str) -> Option<&'static ConnectionType> {
    CATALOGUE.iter().find(|known| known.name == name)
}

impl ConnectionType {
    /// The field of that name.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_type_of_the_seed_documents() {
        let aws = connection_type("aws").expect("aws is in the catalogue");
        let fields: Vec<_> = aws
            .fields
            .iter()
            .map(|f| (f.name, f.label, f.required))
            .collect();
        assert_eq!(fields[0], ("accessKeyID", "Access key ID", true));
        assert_eq!(fields[1], ("secretAccessKey", "Secret access key", true));
        assert!(!aws.fields[0].secret && aws.fields[1].secret);
    }

    #[test]
    fn every_type_can_be_told_apart_and_filled_in() {
        for (index, one) in CATALOGUE.iter().enumerate() {
            assert!(
                CATALOGUE[..index]
                    .iter()
                    .all(|other| other.name != one.name),
                "{}",
                one.name
            );
            assert!(
                CATALOGUE[..index]
                    .iter()
                    .all(|other| other.label != one.label),
                "{}",
                one.label
            );
            assert!(
                !one.fields.is_empty() && !one.advice.is_empty(),
                "{}",
                one.name
            );
            for (at, field) in one.fields.iter().enumerate() {
                assert!(!field.help.is_empty(), "{}.{}", one.name, field.name);
                // No other control's name may begin with a field label; “Name” is the form's own.
                assert!(
                    !field.label.starts_with("Name"),
                    "{}.{}",
                    one.name,
                    field.name
                );
                let begun = CATALOGUE
                    .iter()
                    .find(|other| other.label.starts_with(field.label));
                assert_eq!(
                    begun, None,
                    "a type has the label of {}.{}",
                    one.name, field.name
                );
                for other in &one.fields[..at] {
                    assert!(other.name != field.name && !other.label.starts_with(field.label));
                    assert!(
                        !field.label.starts_with(other.label),
                        "{} {}",
                        one.name,
                        field.label
                    );
                }
            }
        }
    }
}
