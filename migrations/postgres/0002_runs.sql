-- 0002 Runs: runs, their steps, the attempts at a step, what steps set and what they were given.
--
-- States are the words of Relay's pages. A run is final when finished_at is set.
-- The other database's file of this number has the same tables.

-- Number of the newest run. Numbers are never given twice.
alter table workflows add column last_run bigint not null default 0;

-- The run whose step was given a value of the connection last. No reference: a run may be deleted.
alter table connections add column last_used_run text;

-- One row per life of a process that runs steps. Whether it still lives, a lock tells: see the
-- store's engines.rs.
create table engines (
    id text primary key not null,
    runner text not null,             -- what runs its steps, such as process
    note text not null,               -- more about the runner, for a person
    started_at bigint not null
);

create table runs (
    id text primary key not null,
    account_id text not null references accounts (id),
    workflow_id text not null references workflows (id) on delete cascade,
    number bigint not null,           -- from 1 in each workflow
    revision bigint not null,
    parameters text not null,         -- JSON object
    state text not null,
    created_at bigint not null,
    started_by text references users (id),
    started_at bigint,
    finished_at bigint,
    stop_requested_at bigint,
    stop_requested_by text references users (id),
    unique (workflow_id, number),
    foreign key (workflow_id, revision) references revisions (workflow_id, number) on delete cascade
);
create index runs_unfinished on runs (id) where finished_at is null;

create table steps (
    run_id text not null references runs (id) on delete cascade,
    position bigint not null,         -- order in the text, from 0
    account_id text not null references accounts (id),
    name text not null,
    kind text not null,               -- container, approval
    state text not null,
    message text not null,            -- why it is in this state, for a person; may be empty
    exit_code bigint,
    attempts bigint not null,
    interruptions bigint not null,
    queued_at bigint,
    started_at bigint,
    finished_at bigint,
    decided_by text references users (id),
    primary key (run_id, position)
);
create index steps_queued on steps (queued_at, run_id, position) where state = 'queued';

create table attempts (
    id text primary key not null,
    run_id text not null,
    position bigint not null,
    number bigint not null,           -- from 1 in each step
    account_id text not null references accounts (id),
    engine_id text not null,          -- no reference: engines come and go
    state text not null,
    message text not null,
    exit_code bigint,
    started_at bigint not null,
    finished_at bigint,
    unique (run_id, position, number),
    foreign key (run_id, position) references steps (run_id, position) on delete cascade
);
create index attempts_running on attempts (engine_id) where state = 'running';

-- What steps have set, by the attempt that did it last.
create table outputs (
    run_id text not null,
    position bigint not null,
    name text not null,
    account_id text not null references accounts (id),
    attempt_id text not null,
    value text not null,              -- JSON
    set_at bigint not null,
    primary key (run_id, position, name),
    foreign key (run_id, position) references steps (run_id, position) on delete cascade
);

-- Which revision of a connection or secret an attempt was given: one row, however often it asks.
-- Names are kept as they were; what they named may be gone.
create table uses (
    attempt_id text not null references attempts (id) on delete cascade,
    kind text not null,               -- connection, secret
    subject text not null,            -- id of the connection or secret
    revision bigint not null,
    account_id text not null references accounts (id),
    type_name text not null,          -- of a connection, else empty
    name text not null,
    used_at bigint not null,
    primary key (attempt_id, kind, subject, revision)
);
