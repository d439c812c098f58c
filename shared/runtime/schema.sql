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
create index if not exists outbox_place on outbox (topic, partition, "offset");
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
