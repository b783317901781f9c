//! Turning columns into nouns, and running a query on a store or inside a transaction.

use std::str::FromStr;

use futures_core::future::BoxFuture;
use futures_core::stream::BoxStream;
use model::Timestamp;
use sqlx::any::{AnyQueryResult, AnyStatement, AnyTypeInfo};
use sqlx::{Any, AnyConnection, AnyPool, Either, Execute, Executor, SqlStr};

use crate::{Error, Store, Tx};

/// Where a read looks: `&Store` for what is committed, `&mut Tx` for what the transaction sees.
///
/// Sealed: there are only these two. Without a lifetime of its own, so that the futures of the
/// functions that take it can be sent between threads whatever the caller borrowed.
pub trait Source: hidden::Source {}

impl Source for &Store {}
impl Source for &mut Tx {}

pub(crate) mod hidden {
    /// Hands out what sqlx runs a query on.
    pub trait Source: Send {
        /// The pool or the connection.
        fn executor<'a>(self) -> super::Reach<'a>
        where
            Self: 'a;
    }
}

impl hidden::Source for &Store {
    fn executor<'a>(self) -> Reach<'a>
    where
        Self: 'a,
    {
        Reach::Pool(self.readers())
    }
}

impl hidden::Source for &mut Tx {
    fn executor<'a>(self) -> Reach<'a>
    where
        Self: 'a,
    {
        Reach::Connection(self.connection())
    }
}

/// The pool that reads what is committed, or the one connection of a transaction.
#[derive(Debug)]
pub enum Reach<'a> {
    /// Any connection of the readers.
    Pool(&'a AnyPool),
    /// The transaction's connection.
    Connection(&'a mut AnyConnection),
}

impl<'c> Executor<'c> for Reach<'c> {
    type Database = Any;

    fn fetch_many<'e, 'q: 'e, E>(
        self,
        query: E,
    ) -> BoxStream<'e, Result<Either<AnyQueryResult, Row>, sqlx::Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Any>,
    {
        match self {
            Self::Pool(pool) => pool.fetch_many(query),
            Self::Connection(connection) => connection.fetch_many(query),
        }
    }

    fn fetch_optional<'e, 'q: 'e, E>(
        self,
        query: E,
    ) -> BoxFuture<'e, Result<Option<Row>, sqlx::Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Any>,
    {
        match self {
            Self::Pool(pool) => pool.fetch_optional(query),
            Self::Connection(connection) => connection.fetch_optional(query),
        }
    }

    fn prepare_with<'e>(
        self,
        sql: SqlStr,
        parameters: &'e [AnyTypeInfo],
    ) -> BoxFuture<'e, Result<AnyStatement, sqlx::Error>>
    where
        'c: 'e,
    {
        match self {
            Self::Pool(pool) => pool.prepare_with(sql, parameters),
            Self::Connection(connection) => connection.prepare_with(sql, parameters),
        }
    }
}

/// A row of the database.
pub(crate) type Row = sqlx::any::AnyRow;

/// One column as sqlx decodes it.
pub(crate) fn column<'r, T>(row: &'r Row, name: &'static str) -> Result<T, Error>
where
    T: sqlx::Decode<'r, Any> + sqlx::Type<Any>,
{
    Ok(sqlx::Row::try_get(row, name)?)
}

/// A text column that one of `model`'s types parses.
pub(crate) fn parsed<T: FromStr>(row: &Row, name: &'static str) -> Result<T, Error> {
    column::<String>(row, name)?
        .parse()
        .map_err(|_| Error::Row(name))
}

/// A point in time.
pub(crate) fn time(row: &Row, name: &'static str) -> Result<Timestamp, Error> {
    column(row, name).map(Timestamp)
}

/// A point in time, if there was one.
pub(crate) fn time_or_null(row: &Row, name: &'static str) -> Result<Option<Timestamp>, Error> {
    Ok(column::<Option<i64>>(row, name)?.map(Timestamp))
}

/// A number that counts, such as a revision.
pub(crate) fn counted(row: &Row, name: &'static str) -> Result<u64, Error> {
    u64::try_from(column::<i64>(row, name)?).map_err(|_| Error::Row(name))
}

/// A number somebody asks for; one too large for the database is one that no row has.
pub(crate) fn storable(number: u64) -> Option<i64> {
    i64::try_from(number).ok()
}

/// The other way: a counted number as the database keeps it.
pub(crate) fn bigint(number: u64) -> Result<i64, Error> {
    i64::try_from(number).map_err(|_| Error::Row("a number beyond 63 bits"))
}

/// All rows through one function.
pub(crate) fn each<T>(
    rows: &[Row],
    read: impl Fn(&Row) -> Result<T, Error>,
) -> Result<Vec<T>, Error> {
    rows.iter().map(read).collect()
}

/// The places of so many rows of values in a statement: `($1, $2), ($3, $4)`. Numbers only.
pub(crate) fn places(rows: usize, columns: usize) -> String {
    let row = |at: usize| {
        let columns: Vec<_> = (1..=columns)
            .map(|column| format!("${}", columns * at + column))
            .collect();
        format!("({})", columns.join(", "))
    };
    (0..rows).map(row).collect::<Vec<_>>().join(", ")
}

/// Text that came out of a workflow or a step, as both databases can keep it: PostgreSQL refuses
/// NUL.
pub(crate) fn kept(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}
