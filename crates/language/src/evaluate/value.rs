//! Values: what expressions are made into. A value is data for ever; nothing in it is evaluated.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::number::Number;

/// A value. Copies are cheap: what is large is shared.
///
/// `Debug` tells the kind and never the content, since a value may come from a secret.
#[derive(Clone, PartialEq)]
pub enum Value {
    /// Nothing.
    Null,
    /// True or false.
    Bool(bool),
    /// A number; whole ones are exact.
    Number(Number),
    /// Text, or any other bytes.
    Text(Text),
    /// Values one behind the other.
    List(List),
    /// Values under names.
    Map(Map),
}

/// The bytes of a text. What was computed may come from a secret, and is wiped when its last copy is
/// dropped; what the workflow's text writes out is shared with that.
#[derive(Clone)]
pub struct Text(Bytes);

#[derive(Clone)]
enum Bytes {
    Written(Arc<[u8]>),
    Computed(Arc<Zeroizing<Vec<u8>>>),
}

impl Text {
    pub(super) fn written(bytes: &Arc<[u8]>) -> Self {
        Self(Bytes::Written(Arc::clone(bytes)))
    }
}

impl From<Vec<u8>> for Text {
    /// Takes the buffer itself, so that nothing of it is left behind.
    fn from(bytes: Vec<u8>) -> Self {
        Self(Bytes::Computed(Arc::new(bytes.into())))
    }
}

impl Deref for Text {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match &self.0 {
            Bytes::Written(bytes) => bytes,
            Bytes::Computed(bytes) => bytes,
        }
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

/// A list that knows how large it is.
#[derive(Clone)]
pub struct List {
    items: Arc<[Value]>,
    size: usize,
    depth: usize,
}

/// A map that knows how large it is, ordered by its names.
#[derive(Clone)]
pub struct Map {
    entries: Arc<BTreeMap<String, Value>>,
    size: usize,
    depth: usize,
}

impl PartialEq for List {
    fn eq(&self, other: &Self) -> bool {
        self.items == other.items
    }
}

impl PartialEq for Map {
    fn eq(&self, other: &Self) -> bool {
        self.entries == other.entries
    }
}

impl List {
    /// The items.
    pub fn items(&self) -> &[Value] {
        &self.items
    }
}

impl Map {
    /// The value under a name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.entries.get(name)
    }

    /// Names and values, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.entries
            .iter()
            .map(|(name, value)| (name.as_str(), value))
    }

    /// How many names there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no name.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(super) fn entries(&self) -> &BTreeMap<String, Value> {
        &self.entries
    }
}

impl Value {
    /// A text. A buffer that is handed over is not copied.
    pub fn text(text: impl Into<Vec<u8>>) -> Self {
        Self::Text(text.into().into())
    }

    /// A list of these.
    pub fn list(items: impl IntoIterator<Item = Self>) -> Self {
        let items: Arc<[Self]> = items.into_iter().collect();
        let size = items.iter().fold(0_usize, |sum, item| {
            sum.saturating_add(item.size()).saturating_add(1)
        });
        let depth = items.iter().map(Self::depth).max().unwrap_or_default() + 1;
        Self::List(List { items, size, depth })
    }

    /// A map of these; of several with one name the last counts.
    pub fn map(entries: impl IntoIterator<Item = (String, Self)>) -> Self {
        let entries: BTreeMap<_, _> = entries.into_iter().collect();
        let size = entries.iter().fold(0_usize, |sum, (name, value)| {
            sum.saturating_add(value.size())
                .saturating_add(name.len() + 4)
        });
        let depth = entries.values().map(Self::depth).max().unwrap_or_default() + 1;
        Self::Map(Map {
            entries: Arc::new(entries),
            size,
            depth,
        })
    }

    /// About how many bytes it is when it is written out, found at once.
    pub fn size(&self) -> usize {
        match self {
            Self::Null | Self::Bool(_) => 4,
            Self::Number(_) => 8,
            Self::Text(bytes) => bytes.len() + 2,
            Self::List(list) => list.size + 2,
            Self::Map(map) => map.size + 2,
        }
    }

    /// How many lists and maps stand inside each other.
    pub(super) fn depth(&self) -> usize {
        match self {
            Self::List(list) => list.depth,
            Self::Map(map) => map.depth,
            _ => 0,
        }
    }

    /// The text, if it is one and readable as UTF-8.
    pub fn as_text(&self) -> Option<&str> {
        std::str::from_utf8(self.as_bytes()?).ok()
    }

    /// The bytes of a text.
    pub fn as_bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Text(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The items of a list.
    pub fn as_list(&self) -> Option<&[Self]> {
        match self {
            Self::List(list) => Some(list.items()),
            _ => None,
        }
    }

    /// The map, if it is one.
    pub fn as_map(&self) -> Option<&Map> {
        match self {
            Self::Map(map) => Some(map),
            _ => None,
        }
    }

    /// Whether it is nothing.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// What kind of value it is, for sentences.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::Text(_) => "text",
            Self::List(_) => "a list",
            Self::Map(_) => "a map",
        }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind())
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::text(value)
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::text(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Number(Number::from(value))
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Number(Number::from(value))
    }
}

#[cfg(test)]
mod tests {
    use zeroize::ZeroizeOnDrop;

    use super::*;

    #[test]
    fn what_is_computed_is_wiped_and_what_is_written_is_shared() {
        fn wiped(_: &impl ZeroizeOnDrop) {}
        let written: Arc<[u8]> = Arc::from(&b"written"[..]);
        let bytes = b"computed".to_vec();
        let buffer = bytes.as_ptr();
        for (text, content) in [
            (Text::written(&written), "written"),
            (bytes.into(), "computed"),
        ] {
            assert_eq!(&*text, content.as_bytes());
            match &text.0 {
                Bytes::Written(shared) => assert!(Arc::ptr_eq(shared, &written)),
                Bytes::Computed(own) => {
                    wiped(&**own);
                    assert_eq!(own.as_ptr(), buffer, "no copy is left behind");
                }
            }
        }
        // Whatever is handed over as a text comes to be wiped.
        for value in [
            Value::text("a"),
            Value::text(b"a"),
            "a".into(),
            "a".to_owned().into(),
        ] {
            assert!(matches!(value, Value::Text(Text(Bytes::Computed(_)))));
        }
    }

    #[test]
    fn printing_a_value_tells_its_kind_alone() {
        let secret = Value::text("hunter2");
        for (value, kind) in [
            (secret.clone(), "text"),
            (Value::list([secret.clone()]), "a list"),
            (
                Value::map([("hunter2".to_owned(), secret.clone())]),
                "a map",
            ),
            (Value::from(4_711_i64), "a number"),
        ] {
            let printed = format!("{value:?} {:#?}", Some(vec![value.clone()]));
            assert!(printed.starts_with(kind), "{printed}");
            assert!(
                !printed.contains("hunter2") && !printed.contains("4711"),
                "{printed}"
            );
        }
    }
}
