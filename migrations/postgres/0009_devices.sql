-- 0009 Browsers that people have signed in with, and what the gates of signing in are drawn with.

-- A browser shows what its cookie holds; somebody may have several, and several may share one.
create table devices (
    account_id text not null references accounts (id),
    user_id text not null references users (id),
    device_hash bytea not null,        -- SHA-256 of it; it is stored nowhere else
    used_at bigint not null,          -- when the person signed in with it last
    primary key (user_id, device_hash)
);

-- Drawn once, by whoever needs it first: without it nobody can tell which bucket something falls into.
create table sign_in_key (
    id bigint primary key not null,
    key bytea not null
);
