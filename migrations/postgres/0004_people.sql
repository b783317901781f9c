-- 0004 People: invitations, sessions that people can tell apart, tries to sign in.

-- A person who was deleted keeps the name that stands beside what they changed, and nothing else.
alter table users add column deleted_at bigint;

-- When the password was entered for a session, when it was last used, and by whom as far as a
-- request tells.
alter table sessions add column proved_at bigint not null default 0;
alter table sessions add column used_at bigint not null default 0;
alter table sessions add column address text not null default '';
alter table sessions add column agent text not null default '';

-- Somebody who may join. An address has at most one invitation: a new one takes its place.
create table invitations (
    id text primary key not null,
    account_id text not null references accounts (id),
    code_hash bytea not null unique,  -- SHA-256 of the code; the code itself is stored nowhere
    email text not null,
    email_key text not null,
    role text not null,
    invited_at bigint not null,
    invited_by text not null references users (id),
    expires_at bigint not null,
    unique (account_id, email_key)
);

-- How often signing in has failed, by what is counted and a bucket of its hash: as many rows as
-- there are buckets at most, whatever is typed.
create table sign_in_limits (
    counted text not null,            -- address, person, pair
    bucket bigint not null,
    failures bigint not null,
    closed_until bigint not null,
    primary key (counted, bucket)
);

-- Failures that the ledger has not told yet: one row per person, and one for all unknown addresses.
create table sign_in_failures (
    account_id text not null references accounts (id),
    subject text not null,            -- the user's id, or empty
    since bigint not null,
    failures bigint not null,
    primary key (account_id, subject)
);
