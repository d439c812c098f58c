-- What a need is said to be about, by its organisation and by facilitators.
alter table need
    add column subjects  jsonb not null default '[]',
    add column questions jsonb not null default '[]';

-- Heard, not owned: what the matcher read last; may arrive before or after anything else.
create table reading (
    need_id      uuid primary key,
    need_version bigint not null,
    number       bigint not null,
    guesses      text[] not null,
    answered     boolean[] not null
);

-- Who of the facilitators did what, and when; never what a text said.
create table facilitation (
    id      bigint generated always as identity primary key,
    at      timestamptz not null,
    who     text not null,
    need_id uuid not null references need on delete cascade,
    what    text not null check (what in ('subjects', 'questions')),
    n       integer not null
);
