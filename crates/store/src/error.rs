//! What can go wrong with rows. Not finding something is no error: functions answer `Option` or `bool`.

/// A failure of the database, or a rule of it that was broken.
///
/// Its text is for the log. It names tables and settings, never what stands in a row.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Something of that name exists already.
    #[error("a unique rule was broken")]
    Unique,
    /// The address of the database is not one.
    #[error("the database address cannot be used: {0}")]
    Address(&'static str),
    /// A setting that durability or safety rests on could not be made.
    #[error("the database setting {setting} is {found}, and must be {wanted}")]
    Setting {
        /// Its name.
        setting: &'static str,
        /// What it is.
        found: String,
        /// What it must be.
        wanted: &'static str,
    },
    /// The database is newer than this program.
    #[error(
        "the database has migration {found}, this relay knows {known}: start the newer relay that wrote it"
    )]
    Newer {
        /// The newest migration in the database.
        found: i64,
        /// The newest migration of this program.
        known: i64,
    },
    /// A migration that was applied is not the one this program carries.
    #[error("migration {0} in the database differs from the one this relay carries")]
    Altered(i64),
    /// A row holds what no version of this program writes.
    #[error("a row cannot be read: {0}")]
    Row(&'static str),
    /// A file of the database is not whole.
    #[error("the database is damaged: its own check of integrity fails")]
    Damaged,
    /// Another process on this machine runs the steps of this database.
    #[error("another relay is already running the steps of this database: end that one first")]
    AnotherEngine,
    /// A value was to be handed out to an attempt that is over.
    #[error("the attempt is over: nothing is handed out to it any more")]
    AttemptOver,
    /// The file of the database, or its directory.
    #[error("the database file cannot be used: {0}")]
    File(#[from] std::io::Error),
    /// The database refused or could not be reached.
    #[error("the database failed: {0}")]
    Database(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match error.as_database_error() {
            Some(refusal) if refusal.is_unique_violation() => Self::Unique,
            _ => Self::Database(Box::new(error)),
        }
    }
}
