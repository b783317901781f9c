//! The one field of a secret, as forms show it.

use model::Field;

/// A secret has one field; it may hold several lines, such as a key.
pub static VALUE: Field = Field {
    name: "value",
    label: "Value",
    help: "One text. It may have several lines, such as a key.",
    secret: true,
    multiline: true,
    required: true,
};
