-- 0007 Checkpoints: what the ledger was at some moments, signed by whoever has the vault's private key.
--
-- The other database's file of this number has the same tables.

create table checkpoints (
    number bigint primary key not null,   -- the row of the ledger that was the newest
    hash blob not null,                   -- its hash
    at bigint not null,
    key_id text not null,
    signature blob not null
);

create trigger checkpoints_keep_their_rows before update on checkpoints
begin
    select raise(abort, 'checkpoints are never changed');
end;
create trigger checkpoints_lose_no_rows before delete on checkpoints
begin
    select raise(abort, 'checkpoints are never deleted');
end;
