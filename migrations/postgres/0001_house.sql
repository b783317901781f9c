-- 0001 The house: accounts, people, workflows, connections, secrets, the vault's keys, the ledger.
--
-- Columns are text, bigint and bytea only, so that one set of queries serves both databases.
-- Times are milliseconds since the Unix epoch. Ids are 32 hexadecimal digits. A person who changed
-- something is a user's id; null stands for the command line or Relay itself.
-- The other database's file of this number has the same tables; only types and triggers differ.

create table accounts (
    id text primary key not null,
    name text not null,
    created_at bigint not null
);

create table users (
    id text primary key not null,
    account_id text not null references accounts (id),
    email text not null,
    email_key text not null,          -- the address in lower case: what makes it unique
    name text not null,
    role text not null,
    password_hash text not null,      -- argon2id, PHC text
    created_at bigint not null,
    changed_at bigint not null,
    disabled_at bigint,
    unique (account_id, email_key)
);

create table sessions (
    id_hash bytea primary key not null,  -- SHA-256 of the id; the id itself is stored nowhere
    account_id text not null references accounts (id),
    user_id text references users (id),
    data bytea not null,
    expires_at bigint not null
);
create index sessions_of_user on sessions (user_id);
create index sessions_by_expiry on sessions (expires_at);

create table setup_codes (
    account_id text primary key not null references accounts (id),
    code_hash bytea not null,
    created_at bigint not null,
    expires_at bigint not null
);

create table workflows (
    id text primary key not null,
    account_id text not null references accounts (id),
    name text not null,
    description text not null,
    revision bigint not null,         -- number of the newest revision; 0 before the first save
    readable bigint not null,         -- 1 when that revision can be read as a workflow
    created_at bigint not null,
    changed_at bigint not null,
    changed_by text references users (id),
    unique (account_id, name)
);

create table revisions (
    workflow_id text not null references workflows (id) on delete cascade,
    number bigint not null,
    account_id text not null references accounts (id),
    text text not null,
    note text not null,
    saved_at bigint not null,
    saved_by text references users (id),
    primary key (workflow_id, number)
);

-- What the newest revision of each workflow needs: one row per requirement and place.
create table requirements (
    workflow_id text not null references workflows (id) on delete cascade,
    position bigint not null,         -- order in the text
    account_id text not null references accounts (id),
    kind text not null,               -- connection, secret, parameter
    type_name text not null,          -- of a connection, else empty
    name text not null,
    place_kind text not null,         -- step, trigger, workflow
    place text not null,              -- name of the step or trigger, else empty
    primary key (workflow_id, position)
);
create index requirements_by_name on requirements (account_id, kind, type_name, name);

-- Every id a connection or a secret was ever stored under. It outlives what it named, so that a
-- form sent twice is recognised and a sealed value can never meet its old place again.
create table used_ids (
    id text primary key not null,
    account_id text not null references accounts (id),
    used_at bigint not null
);

create table connections (
    id text primary key not null references used_ids (id),
    account_id text not null references accounts (id),
    type_name text not null,
    name text not null,
    revision bigint not null,
    created_at bigint not null,
    changed_at bigint not null,
    changed_by text references users (id),
    last_used_at bigint,
    unique (account_id, type_name, name)
);

-- A revision of a connection is the list of its field revisions. Old lists stay: they are why a
-- field revision is never given twice. Old values do not.
create table connection_fields (
    connection_id text not null references connections (id) on delete cascade,
    revision bigint not null,
    field text not null,
    field_revision bigint not null,
    account_id text not null references accounts (id),
    primary key (connection_id, revision, field)
);

-- The current value of each field, sealed.
create table field_values (
    connection_id text not null references connections (id) on delete cascade,
    field text not null,
    field_revision bigint not null,
    account_id text not null references accounts (id),
    key_id text not null,
    sealed_data_key bytea not null,
    nonce bytea not null,
    ciphertext bytea not null,
    set_at bigint not null,
    set_by text references users (id),
    primary key (connection_id, field)
);

create table secrets (
    id text primary key not null references used_ids (id),
    account_id text not null references accounts (id),
    workflow_id text not null references workflows (id) on delete cascade,
    name text not null,
    revision bigint not null,
    created_at bigint not null,
    changed_at bigint not null,
    changed_by text references users (id),
    unique (workflow_id, name)
);

-- The highest field revision ever given to a name in a workflow. A sealed value is bound to the
-- workflow and the name, so this outlives the secret.
create table secret_revisions (
    workflow_id text not null references workflows (id) on delete cascade,
    name text not null,
    account_id text not null references accounts (id),
    field_revision bigint not null,
    primary key (workflow_id, name)
);

-- The current value of each secret, sealed.
create table secret_values (
    secret_id text primary key not null references secrets (id) on delete cascade,
    field_revision bigint not null,
    account_id text not null references accounts (id),
    key_id text not null,
    sealed_data_key bytea not null,
    nonce bytea not null,
    ciphertext bytea not null
);

-- Public keys of the vault, which belongs to the installation and not to an account. At most one is
-- not retired.
create table vault_keys (
    key_id text primary key not null,
    public_key bytea not null,
    created_at bigint not null,
    retired_at bigint
);
create unique index vault_keys_current on vault_keys ((retired_at is null)) where retired_at is null;

-- Who or what did what, when: one chain for the whole database. Rows are only ever added.
create table ledger (
    number bigint primary key not null,
    account_id text not null,
    at bigint not null,
    actor_kind text not null,         -- system, user, command_line
    actor text not null,              -- the user's id, else empty
    act text not null,
    subject text not null,
    detail text not null,             -- JSON; names of fields, never values
    hash bytea not null              -- SHA-256 over the hash before it and this row
);
create index ledger_by_subject on ledger (subject, number);

-- The end of the chain. Locking this row puts every writer in line.
create table ledger_head (
    id bigint primary key not null check (id = 1),
    number bigint not null,
    hash bytea not null
);
insert into ledger_head (id, number, hash) values (1, 0, '\x0000000000000000000000000000000000000000000000000000000000000000');

create function ledger_refuses() returns trigger language plpgsql as $$
begin
    raise exception 'rows of the ledger are never changed or deleted';
end
$$;
create trigger ledger_keeps_its_rows before update or delete on ledger
    for each row execute function ledger_refuses();
create trigger ledger_is_not_emptied before truncate on ledger
    for each statement execute function ledger_refuses();
create trigger ledger_keeps_its_head before delete on ledger_head
    for each row execute function ledger_refuses();
create trigger ledger_head_is_not_emptied before truncate on ledger_head
    for each statement execute function ledger_refuses();
