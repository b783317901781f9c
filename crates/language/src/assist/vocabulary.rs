//! The words of the language and the published images, with what is said about them.
//!
//! The data is in `vocabulary/` beside this crate's manifest; `build.rs` makes one text of it. A
//! program for the browser does not carry that text: the page fetches it with the first question.

/// Every word and every published image, as [`Library::new`] reads them.
#[cfg(not(target_arch = "wasm32"))]
pub const VOCABULARY: &str = include_str!(concat!(env!("OUT_DIR"), "/vocabulary.txt"));

/// What is known about the words of the language and about published images.
///
/// An empty one, as long as nothing else is at hand, makes for fewer answers and no wrong ones.
#[derive(Debug, Clone, Copy, Default)]
pub struct Library<'l> {
    text: &'l str,
}

/// A kind of word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Group {
    Workflow,
    Parameter,
    Step,
    Trigger,
    Source,
    Binding,
    Tag,
    Root,
    State,
}

impl Group {
    fn as_str(self) -> &'static str {
        match self {
            Self::Workflow => "workflow",
            Self::Parameter => "parameter",
            Self::Step => "step",
            Self::Trigger => "trigger",
            Self::Source => "source",
            Self::Binding => "binding",
            Self::Tag => "tag",
            Self::Root => "root",
            Self::State => "state",
        }
    }
}

/// A word with its explanation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Word<'l> {
    pub(super) name: &'l str,
    pub(super) says: &'l str,
}

/// A function of expressions.
#[derive(Debug, Clone, Copy)]
pub(super) struct Function<'l> {
    pub(super) name: &'l str,
    /// Its arguments, as a signature shows them.
    pub(super) takes: &'l str,
    pub(super) says: &'l str,
    pub(super) example: &'l str,
}

impl Function<'_> {
    pub(super) fn signature(&self) -> String {
        format!("{}({})", self.name, self.takes)
    }
}

/// A published image of a step or a trigger.
#[derive(Debug, Clone, Copy)]
pub(super) struct Image<'l> {
    /// Without `relaysh/`.
    pub(super) name: &'l str,
    source: &'l str,
    spec: &'l str,
    sets: &'l str,
    pub(super) says: &'l str,
}

impl<'l> Library<'l> {
    /// Takes the text that [`VOCABULARY`](crate::VOCABULARY) is. Whatever else it is given, it
    /// knows nothing.
    pub fn new(text: &'l str) -> Self {
        Self { text }
    }

    /// The parts of every line of a kind, behind the word for it.
    fn lines<const N: usize>(self, kind: &str) -> impl Iterator<Item = [&'l str; N]> {
        self.text.lines().filter_map(move |line| {
            let mut parts = line.strip_prefix(kind)?.strip_prefix('\t')?.split('\t');
            let mut found = [""; N];
            for part in &mut found {
                *part = parts.next()?;
            }
            Some(found)
        })
    }

    pub(super) fn words(self, group: Group) -> impl Iterator<Item = Word<'l>> {
        let lines = self.lines(group.as_str());
        lines.map(|[name, says]| Word { name, says })
    }

    /// The explanation of a word.
    pub(super) fn says(self, group: Group, name: &str) -> Option<&'l str> {
        let found = self.words(group).find(|word| word.name == name)?;
        Some(found.says)
    }

    pub(super) fn functions(self) -> impl Iterator<Item = Function<'l>> {
        let lines = self.lines("function");
        lines.map(|[name, takes, says, example]| Function {
            name,
            takes,
            says,
            example,
        })
    }

    pub(super) fn function(self, name: &str) -> Option<Function<'l>> {
        self.functions().find(|one| one.name == name)
    }

    /// Every published image, by name.
    pub(super) fn images(self) -> impl Iterator<Item = Image<'l>> {
        let lines = self.lines("image");
        lines.map(|[name, source, spec, sets, says]| Image {
            name,
            source,
            spec,
            sets,
            says,
        })
    }

    /// The published image that a text names, whatever its tag.
    pub(super) fn image(self, reference: &str) -> Option<Image<'l>> {
        let name = published(reference)?;
        self.images().find(|one| one.name == name)
    }
}

/// The name of the published image that a text would name, whatever its tag.
pub(super) fn published(reference: &str) -> Option<&str> {
    let name = reference.strip_prefix("docker.io/").unwrap_or(reference);
    let name = name.strip_prefix("relaysh/")?;
    name.split([':', '@']).next()
}

/// What a key of a published image's spec holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds<'l> {
    Text,
    List,
    Map,
    Number,
    Boolean,
    Secret,
    /// A connection of this type.
    Connection(&'l str),
    /// Further keys.
    Keys(&'l str),
}

impl Holds<'_> {
    /// The word for people.
    pub(super) fn words(self) -> String {
        match self {
            Self::Text => "text".to_owned(),
            Self::List => "list".to_owned(),
            Self::Map | Self::Keys(_) => "map".to_owned(),
            Self::Number => "number".to_owned(),
            Self::Boolean => "boolean".to_owned(),
            Self::Secret => "secret".to_owned(),
            Self::Connection(kind) => format!("{kind} connection"),
        }
    }
}

/// A key of a published image's spec.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Key<'l> {
    pub(super) name: &'l str,
    pub(super) required: bool,
    pub(super) holds: Holds<'l>,
}

impl<'l> Image<'l> {
    pub(super) fn is_trigger(self) -> bool {
        self.name.contains("-trigger-")
    }

    /// Where it is built from.
    pub(super) fn link(self) -> String {
        format!("https://github.com/relay-integrations/{}", self.source)
    }

    /// The keys at a path in its spec.
    pub(super) fn keys(self, path: &[&str]) -> Vec<Key<'l>> {
        let mut inside = self.spec;
        for name in path {
            match keys(inside).into_iter().find(|key| key.name == *name) {
                Some(Key {
                    holds: Holds::Keys(inner),
                    ..
                }) => inside = inner,
                _ => return Vec::new(),
            }
        }
        keys(inside)
    }

    /// What a step of it sets, or what its event holds.
    pub(super) fn sets(self) -> Vec<Key<'l>> {
        keys(self.sets)
    }
}

/// Reads the notation of `build.rs`.
pub(super) fn keys(mut notation: &str) -> Vec<Key<'_>> {
    let mut keys = Vec::new();
    while !notation.is_empty() {
        let end = notation.find(|c| "*[{#?!<( ".contains(c));
        let (name, mut rest) = notation.split_at(end.unwrap_or(notation.len()));
        let required = rest.starts_with('*');
        if required {
            rest = &rest[1..];
        }
        let mut length = 1;
        let holds = match rest.as_bytes().first() {
            Some(b'[') => Holds::List,
            Some(b'{') => Holds::Map,
            Some(b'#') => Holds::Number,
            Some(b'?') => Holds::Boolean,
            Some(b'!') => Holds::Secret,
            Some(b'<') => {
                length = rest.find('>').map_or(rest.len(), |end| end + 1);
                Holds::Connection(rest.get(1..length - 1).unwrap_or_default())
            }
            Some(b'(') => {
                length = group(rest);
                Holds::Keys(rest.get(1..length - 1).unwrap_or_default())
            }
            _ => {
                length = 0;
                Holds::Text
            }
        };
        keys.push(Key {
            name,
            required,
            holds,
        });
        notation = rest.get(length..).unwrap_or_default().trim_start();
    }
    keys
}

/// How long a group in parentheses is, with both of them.
fn group(notation: &str) -> usize {
    let mut depth = 0_u32;
    for (at, c) in notation.char_indices() {
        match c {
            '(' => depth += 1,
            ')' if depth <= 1 => return at + 1,
            ')' => depth -= 1,
            _ => {}
        }
    }
    notation.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIBRARY: Library<'static> = Library { text: VOCABULARY };

    #[test]
    fn every_published_image_can_be_read() {
        let mut last = "";
        for one in LIBRARY.images() {
            assert!(last < one.name, "{} is in its place", one.name);
            last = one.name;
            assert!(one.says.ends_with('.'), "{}", one.name);
            let reference = format!("relaysh/{}:latest", one.name);
            assert!(LIBRARY.image(&reference).is_some());
            for key in one.keys(&[]).into_iter().chain(one.sets()) {
                assert!(!key.name.is_empty(), "{}", one.name);
                if let Holds::Connection(kind) = key.holds {
                    assert!(model::connection_type(kind).is_some(), "{kind}");
                }
            }
        }
        assert_eq!(LIBRARY.images().count(), 142);
    }

    #[test]
    fn keys_inside_keys() {
        let image = LIBRARY.image("relaysh/aws-ec2-step-instances-describe");
        let image = image.expect("it is published");
        let names = |path: &[&str]| -> Vec<_> {
            let keys = image.keys(path).into_iter();
            keys.map(|key| (key.name, key.required, key.holds))
                .collect()
        };
        assert!(matches!(
            names(&[])[..],
            [
                ("aws", true, Holds::Keys(_)),
                ("filters", false, Holds::Map)
            ]
        ));
        let inner = [
            ("connection", true, Holds::Connection("aws")),
            ("region", true, Holds::Text),
        ];
        assert_eq!(names(&["aws"]), inner);
        assert_eq!(names(&["filters"]), []);
    }

    #[test]
    fn the_words_are_those_that_are_read() {
        let known = |group| -> Vec<_> {
            let mut names: Vec<_> = LIBRARY.words(group).map(|word| word.name).collect();
            names.sort_unstable();
            names
        };
        let mut keys = crate::document::TOP_KEYS.to_vec();
        keys.sort_unstable();
        assert_eq!(known(Group::Workflow), keys);
        let mut keys = crate::document::STEP_KEYS.to_vec();
        keys.sort_unstable();
        assert_eq!(known(Group::Step), keys);
    }
}
