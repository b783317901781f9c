-- 0001 Logs: what attempts printed, masked, in chunks.
--
-- Logs have a schema history of their own: on SQLite they are a file beside the database, because
-- they need no wait for the disk; on PostgreSQL they are a table of the same database.

create table log_chunks (
    attempt_id text not null,
    start bigint not null,            -- place of the first byte in the log, from 0
    sequence bigint not null,         -- order of the chunks, from 0
    at bigint not null,
    bytes blob not null,
    primary key (attempt_id, start)
);
