-- 0003 Keys: how one key of the vault follows another.
--
-- The other database's file of this number has the same tables.

-- What the key's signatures are verified with; null until an engine that has the key has written it.
alter table vault_keys add column verifying_key blob;

-- The key before, and its signature over this one; null for the first key.
alter table vault_keys add column endorsed_by text;
alter table vault_keys add column endorsement blob;

-- When the key was let go; nothing is opened with it any more.
alter table vault_keys add column removed_at bigint;

-- A value that did not open when it was tried; overwriting makes a new row without it.
alter table field_values add column unopenable_at bigint;
alter table secret_values add column unopenable_at bigint;

create index field_values_by_key on field_values (key_id);
create index secret_values_by_key on secret_values (key_id);

-- Rotations that were asked for. At most one is not over.
create table rotations (
    id text primary key not null,
    account_id text not null references accounts (id),
    state text not null,              -- asked, running, finished, failed
    message text not null,            -- what a person has to know; may be empty
    to_key text,                      -- null until it has begun
    total bigint not null,            -- values to seal again when it began
    done bigint not null,
    asked_at bigint not null,
    asked_by text references users (id),
    started_at bigint,
    finished_at bigint
);
create unique index rotations_unfinished on rotations ((finished_at is null)) where finished_at is null;
