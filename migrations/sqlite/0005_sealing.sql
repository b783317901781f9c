-- 0005 Sealing: before a value is used, the engine looks what the ledger told last about it. Among
-- many entries that tell of its use, those are found by their act.

create index ledger_by_subject_and_act on ledger (subject, act, number);
