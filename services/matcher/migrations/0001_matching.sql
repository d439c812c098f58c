-- pgvector needs a superuser: whoever makes the database creates it; this is for one who may.
do $$
begin
    if not exists (select from pg_extension where extname = 'vector') then
        create extension vector;
    end if;
end
$$;

-- What others told; `digest` stands for the text that a representation was made from.
create table capability (
    capability_id uuid primary key,
    researcher_id uuid not null,
    version       bigint not null,
    standing      text not null check (standing in ('active', 'paused', 'retired')),
    paused_until  timestamptz,
    max_open      integer not null,
    max_per_month integer not null,
    content       jsonb not null,
    digest        text not null
);

-- marked > settled: the need should be looked at. look_again_at: it is on watch until then.
create table need (
    need_id         uuid primary key,
    organisation_id uuid not null,
    version         bigint not null,
    is_open         boolean not null,
    content         jsonb not null,
    digest          text not null,
    marked          bigint not null default 0,
    settled         bigint not null default 0,
    marked_at       timestamptz not null default clock_timestamp(),
    tried_at        timestamptz,
    look_again_at   timestamptz
);

-- What was computed. `vectors` are float32 rows of 384, little endian: the whole, then the parts
-- of a capability, or the questions and spans of a need. `whole` is the first row again, to search.
create table capability_representation (
    capability_id uuid primary key references capability on delete cascade,
    digest        text not null,
    model         text not null,
    whole         vector(384) not null,
    vectors       bytea not null,
    stems         text[] not null,
    counts        integer[] not null
);
create index capability_representation_stems on capability_representation using gin (stems);

create table need_representation (
    need_id   uuid primary key references need on delete cascade,
    digest    text not null,
    model     text not null,
    questions integer not null,
    vectors   bytea not null,
    spans     text[] not null,
    stems     text[] not null,
    counts    integer[] not null
);

-- What was decided, and what became of it. `grounds` is empty where the text was erased, and
-- where the row comes from an event because this database was restored.
create table proposal (
    proposal_id   uuid primary key,
    need_id       uuid not null,
    capability_id uuid not null,
    researcher_id uuid not null,
    wave          integer not null,
    state         text not null check (
        state in ('open', 'declined', 'expired', 'withdrawn', 'superseded', 'introduced')
    ),
    proposed_at   timestamptz not null,
    silent_at     timestamptz,
    grounds       jsonb
);
create index proposal_need on proposal (need_id);
create index proposal_researcher on proposal (researcher_id);
create index proposal_capability on proposal (capability_id);

-- Ids that never come back.
create table erased (
    id        uuid primary key,
    erased_at timestamptz not null default clock_timestamp()
);
