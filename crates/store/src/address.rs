//! Addresses of databases: a file for SQLite, a server for PostgreSQL.

use std::path::{Path, PathBuf};

use sqlx::ConnectOptions;
use sqlx::any::AnyConnectOptions;

use crate::Error;

/// The address of a SQLite file, as [`Store::open`](crate::Store::open) takes it.
pub fn sqlite_url(path: &Path) -> String {
    let digit = |four_bits: u8| char::from(b"0123456789ABCDEF"[usize::from(four_bits)]);
    let mut url = String::from("sqlite://");
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' | b'~' => {
                url.push(char::from(*byte));
            }
            other => url.extend(['%', digit(other >> 4), digit(other & 15)]),
        }
    }
    url
}

/// Where a database is.
pub(crate) enum Address {
    Sqlite(PathBuf),
    Postgres(String),
}

impl Address {
    pub(crate) fn parse(url: &str) -> Result<Self, Error> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres(url.to_owned()));
        }
        let rest = url.strip_prefix("sqlite:").ok_or(Error::Address(
            "it begins with sqlite: for a file, or with postgres:// for a server",
        ))?;
        let rest = rest.strip_prefix("//").unwrap_or(rest);
        if rest.contains('?') {
            return Err(Error::Address(
                "relay makes the settings of SQLite itself: leave out what follows the ?",
            ));
        }
        if rest.is_empty() || rest.contains(":memory:") {
            return Err(Error::Address("sqlite: needs the path of a file"));
        }
        Ok(Self::Sqlite(std::path::absolute(unescape(rest)?)?))
    }

    /// What to connect with; `mode` is SQLite's.
    pub(crate) fn options(&self, mode: &str) -> Result<AnyConnectOptions, Error> {
        let options: AnyConnectOptions = match self {
            Self::Sqlite(path) => format!("{}?mode={mode}", sqlite_url(path)).parse()?,
            Self::Postgres(url) => url.parse()?,
        };
        Ok(options.disable_statement_logging())
    }
}

impl Address {
    /// The SQLite file of the logs, beside the database's own: `relay-logs.sqlite` for
    /// `relay.sqlite`. PostgreSQL keeps logs where everything else is.
    pub(crate) fn of_logs(&self) -> Option<Self> {
        let Self::Sqlite(path) = self else {
            return None;
        };
        let mut name = path.file_stem().unwrap_or_default().to_owned();
        name.push("-logs.sqlite");
        Some(Self::Sqlite(path.with_file_name(name)))
    }
}

/// Undoes `%41`; what is not an escape stays as it is.
fn unescape(text: &str) -> Result<String, Error> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let escaped = (*first == b'%')
            .then(|| after.get(..2))
            .flatten()
            .and_then(|two| std::str::from_utf8(two).ok())
            .and_then(|two| u8::from_str_radix(two, 16).ok());
        bytes.push(escaped.unwrap_or(*first));
        rest = if escaped.is_some() {
            &after[2..]
        } else {
            after
        };
    }
    String::from_utf8(bytes).map_err(|_| Error::Address("the path is not UTF-8"))
}
