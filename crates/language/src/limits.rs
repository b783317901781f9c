//! How much of a text is taken. Whatever is sent, an answer comes within milliseconds.

/// The longest text that is parsed, in bytes.
pub const MAX_TEXT: usize = 256 * 1024;

/// How many lists and maps may stand inside each other, each kind of notation counted alone.
pub const MAX_NESTING: usize = 255;

/// The same for the whole document once every alias is followed.
pub const MAX_DEPTH: u32 = 600;

/// How many nodes are read: no workflow has as many, only texts made to be slow.
pub const MAX_NODES: usize = 60_000;

/// How many aliases may be followed, counting those inside what an alias stands for.
pub const MAX_ALIASES: u32 = 10_000;

/// How many nodes aliases may stand for, all together.
pub const MAX_ALIASED_NODES: u32 = 50_000;

/// How many bytes of scalars aliases may stand for, all together: wherever one is used, its text may be copied.
pub const MAX_ALIASED_BYTES: u32 = 1024 * 1024;

/// How many references to parameters, outputs, secrets and connections are looked up.
pub const MAX_REFERENCES: usize = 30_000;

/// How many steps are read, and how many triggers: what is written out fits into a text hardly more often.
pub const MAX_STEPS: usize = 10_000;

/// The longest name of a step or trigger, in bytes: it is told again with everything it uses.
pub const MAX_NAME: usize = 200;

/// How many bytes of unusual names of connections and secrets are looked at closely, each name once.
pub const MAX_UNUSUAL_NAMES: usize = 32 * 1024;

/// How many diagnostics are kept: of errors, and again of everything else.
pub const MAX_DIAGNOSTICS: usize = 500;

/// How many syntax errors are looked for.
pub const MAX_TROUBLES: usize = 50;

/// How many words may be compared while looking for what somebody meant; long ones count for several.
pub const MAX_GUESSES: u32 = 8_000;
