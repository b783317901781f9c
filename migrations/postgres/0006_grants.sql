-- 0006 Grants: which workflows may use a connection.
--
-- The other database's file of this number has the same tables.

-- 1 when only the workflows it is granted to may use it; 0 when all may.
alter table connections add column limited bigint not null default 0;

create table grants (
    connection_id text not null references connections (id) on delete cascade,
    workflow_id text not null references workflows (id) on delete cascade,
    account_id text not null references accounts (id),
    granted_at bigint not null,
    granted_by text references users (id),
    primary key (connection_id, workflow_id)
);
create index grants_of_workflow on grants (workflow_id);
