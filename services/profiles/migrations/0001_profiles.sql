-- What people declared, and what became of it as heard on the log.
create table party (
    id         uuid primary key,
    side       text not null check (side in ('organisation', 'researcher')),
    email_key  text,
    contact    jsonb not null,
    verified   boolean not null default false,
    epoch      integer not null default 0,
    version    bigint not null,
    created_at timestamptz not null default clock_timestamp(),
    unique (side, email_key)
);

create table need (
    id           uuid primary key,
    party_id     uuid not null references party,
    status       text not null
        check (status in ('submitted', 'in_review', 'published', 'withdrawn', 'expired')),
    status_at    timestamptz,
    language     text not null check (language in ('fr', 'en')),
    declared     jsonb not null,
    text         jsonb not null,
    facets       jsonb not null,
    public_text  jsonb,
    version      bigint not null,
    submitted_at timestamptz not null,
    confirmed_at timestamptz,
    published_at timestamptz
);
create index need_of_party on need (party_id);
create index need_unconfirmed on need (status_at) where status = 'submitted';

create table capability (
    id           uuid primary key,
    party_id     uuid not null references party,
    status       text not null
        check (status in ('submitted', 'published', 'paused', 'retired', 'expired')),
    status_at    timestamptz,
    language     text not null check (language in ('fr', 'en')),
    declared     jsonb not null,
    text         jsonb not null,
    facets       jsonb not null,
    public_text  jsonb,
    version      bigint not null,
    submitted_at timestamptz not null,
    confirmed_at timestamptz
);
create index capability_of_party on capability (party_id);
create index capability_unconfirmed on capability (status_at) where status = 'submitted';

-- Heard, not owned: rows may arrive in any order among topics, hence no foreign keys.
create table proposal (
    id               uuid primary key,
    need_id          uuid not null,
    capability_id    uuid not null,
    research_sent_at timestamptz,
    need_sent_at     timestamptz,
    research_answer  text not null default '',
    need_answer      text not null default '',
    introduced_at    timestamptz,
    over             boolean not null default false
);
create index proposal_of_need on proposal (need_id);
create index proposal_of_capability on proposal (capability_id);

create table watch (
    need_id      uuid primary key,
    proposed_at  timestamptz,
    unmatched_at timestamptz
);
