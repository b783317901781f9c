-- 0011 Altered: what is marked where no value is to blame.
--
-- The other database's file of this number has the same columns.

-- When the row was found not to be what the ledger tells of it; null otherwise. Overwriting its values does not help.
alter table connections add column altered_at bigint;
alter table secrets add column altered_at bigint;
