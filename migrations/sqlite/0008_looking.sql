-- 0008 Looking into the ledger: by act, by who acted, by what it is about and by when, without walking
-- all of it; and which step used a connection or a secret last.
--
-- The other database's file of this number has the same tables; only how ids are read out of the
-- detail differs. Those columns are computed, so they say what the chain covers and nothing else.

create index ledger_by_act on ledger (act, number);
create index ledger_by_actor on ledger (actor_kind, actor, number) where actor_kind <> 'step';
create index ledger_by_time on ledger (at, number);

alter table ledger add column workflow text generated always as
    (case when json_valid(detail) then json_extract(detail, '$.workflow') end) virtual;
alter table ledger add column run text generated always as
    (case when json_valid(detail) then json_extract(detail, '$.run') end) virtual;

create index ledger_by_workflow on ledger (workflow, number) where workflow is not null;
create index ledger_by_run on ledger (run, number) where run is not null;

create index uses_by_subject on uses (subject, used_at);

-- The step of last_used_run.
alter table connections add column last_used_position bigint;
update connections set last_used_position = (
    select a.position from uses u join attempts a on a.id = u.attempt_id
    where u.subject = connections.id order by u.used_at desc, u.attempt_id desc limit 1
);

alter table secrets add column last_used_at bigint;
alter table secrets add column last_used_run text;
alter table secrets add column last_used_position bigint;
update secrets set
    last_used_at = (select max(u.used_at) from uses u where u.subject = secrets.id),
    last_used_run = (
        select a.run_id from uses u join attempts a on a.id = u.attempt_id
        where u.subject = secrets.id order by u.used_at desc, u.attempt_id desc limit 1
    ),
    last_used_position = (
        select a.position from uses u join attempts a on a.id = u.attempt_id
        where u.subject = secrets.id order by u.used_at desc, u.attempt_id desc limit 1
    );
