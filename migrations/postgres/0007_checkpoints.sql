-- 0007 Checkpoints: what the ledger was at some moments, signed by whoever has the vault's private key.
--
-- The other database's file of this number has the same tables.

create table checkpoints (
    number bigint primary key not null,   -- the row of the ledger that was the newest
    hash bytea not null,                   -- its hash
    at bigint not null,
    key_id text not null,
    signature bytea not null
);

create trigger checkpoints_keep_their_rows before update or delete on checkpoints
    for each row execute function ledger_refuses();
create trigger checkpoints_are_not_emptied before truncate on checkpoints
    for each statement execute function ledger_refuses();
