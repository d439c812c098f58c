-- What every service keeps for the log: what it told, what it heard, what waits, what failed.
-- Headers are json: jsonb refuses what bytes that are not UTF-8 become.
create table if not exists outbox (
    id           bigint generated always as identity primary key,
    event_id     uuid not null unique,
    topic        text not null,
    key          bytea not null,
    headers      json not null,
    value        bytea,
    created_at   timestamptz not null default clock_timestamp(),
    published_at timestamptz,
    partition    integer,
    "offset"     bigint
);
create index if not exists outbox_pending on outbox (id) where published_at is null;
create index if not exists outbox_published on outbox (topic, partition, "offset")
    where "offset" is not null;
drop index if exists outbox_place;
create index if not exists outbox_key on outbox (topic, key, id);

create table if not exists inbox (
    event_id uuid primary key,
    heard_at timestamptz not null default clock_timestamp()
);
create index if not exists inbox_heard on inbox using brin (heard_at);

create table if not exists parked (
    id        bigint generated always as identity primary key,
    event_id  uuid not null unique,
    waits_for text not null,
    topic     text not null,
    key       bytea not null,
    headers   json not null,
    value     bytea,
    parked_at timestamptz not null default clock_timestamp()
);
create index if not exists parked_waits_for on parked (waits_for);
alter table parked add column if not exists attempts integer not null default 0;
alter table parked add column if not exists again_at timestamptz not null
    default clock_timestamp() + interval '2 s';
create index if not exists parked_again on parked (again_at);

create table if not exists dead_letter (
    id         bigint generated always as identity primary key,
    place      text not null unique,
    topic      text not null,
    key        bytea,
    headers    json not null,
    value      bytea,
    reason     text not null,
    attempts   integer not null,
    status     text not null default 'open' check (status in ('open', 'replayed', 'discarded')),
    first_seen timestamptz not null default clock_timestamp()
);
create index if not exists dead_letter_open on dead_letter (id) where status = 'open';

-- What operators did, who and why, and what became of each letter by it.
create table if not exists operator_action (
    id     bigint generated always as identity primary key,
    at     timestamptz not null default clock_timestamp(),
    who    text not null,
    why    text not null,
    what   text not null,
    asked  json not null,
    counts json not null default '{}'
);
create table if not exists operator_action_letter (
    action_id bigint not null references operator_action on delete cascade,
    letter_id bigint not null,
    outcome   text not null,
    reason    text not null default '',
    at        timestamptz not null default clock_timestamp(),
    primary key (action_id, letter_id)
);
create index if not exists operator_action_letter_letter on operator_action_letter (letter_id);

-- What was erased, for ever: nothing heard, replayed or published again brings it back.
create table if not exists erasure (
    key       text not null,
    topic     text not null,
    erased_at timestamptz not null default clock_timestamp(),
    primary key (key, topic)
);
create index if not exists erasure_recent on erasure (erased_at);

-- Which trace a need or a capability belongs to; only written when tracing is on.
create table if not exists trace (
    subject  uuid primary key,
    trace_id text not null,
    since    timestamptz not null default clock_timestamp()
);
