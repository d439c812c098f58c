-- What the notifier has heard of.
create table party (
    id              uuid primary key,
    version         bigint not null default -1,
    is_organisation boolean not null default false,
    person          text not null default '',
    body_name       text not null default '',
    email           text not null default '',
    phone           text not null default '',
    language        text not null default 'fr' check (language in ('fr', 'en')),
    verified        boolean not null default false,
    was_verified    boolean not null default false,
    epoch           integer not null default 0,
    stopped         boolean not null default false,
    erased          boolean not null default false
);

create table need (
    id                 uuid primary key,
    version            bigint not null default -1,
    organisation_id    uuid,
    organisation_type  text not null default '',
    title              text not null default '',
    description        text not null default '',
    expectations       text not null default '',
    themes             text[] not null default '{}',
    modes              text[] not null default '{}',
    city               text not null default '',
    region             text not null default '',
    deadline           date,
    introduce_directly boolean not null default false,
    is_open            boolean not null default false,
    erased             boolean not null default false
);

create table capability (
    id            uuid primary key,
    version       bigint not null default -1,
    researcher_id uuid,
    title         text not null default '',
    summary       text not null default '',
    keywords      text[] not null default '{}',
    modes         text[] not null default '{}',
    region        text not null default '',
    is_open       boolean not null default false,
    erased        boolean not null default false
);

-- What the notifier decides itself.
create table proposal (
    id              uuid primary key,
    need_id         uuid not null references need,
    capability_id   uuid not null references capability,
    researcher_id   uuid not null references party,
    organisation_id uuid not null references party,
    stage           text not null check (stage in ('computed', 'approved', 'sent', 'introduced',
                                                   'declined', 'expired', 'superseded', 'withdrawn')),
    research        jsonb not null,
    need_side       jsonb not null,
    next_moment     timestamptz,
    facts           bigint not null default 0,
    why             jsonb not null
);
create index proposal_due on proposal (next_moment) where next_moment is not null;
create index proposal_need on proposal (need_id);
create index proposal_capability on proposal (capability_id);
create index proposal_researcher on proposal (researcher_id);
create index proposal_organisation on proposal (organisation_id);

create table delivery (
    id                 uuid primary key,
    kind               text not null check (kind in ('confirm_address', 'magic_link', 'proposal',
                                                     'proposal_reminder', 'team_willing',
                                                     'introduction', 'superseded_thanks')),
    about              uuid not null,
    subject_id         uuid not null,
    recipient_id       uuid not null,
    step               integer not null,
    lane               smallint not null,
    caused_at          timestamptz not null,
    state              text not null check (state in ('planned', 'queued', 'sending', 'accepted',
                                                      'deferred', 'in_doubt', 'failed', 'cancelled',
                                                      'expired')),
    due_at             timestamptz,
    begun_at           timestamptz,
    attempt            integer not null default 0,
    body_started       boolean not null default false,
    doubts             integer not null default 0,
    possible_duplicate boolean not null default false,
    reason             text not null default '',
    done_at            timestamptz,
    leased_until       timestamptz,
    unique (kind, about, recipient_id, step)
);
create index delivery_due on delivery (lane, due_at)
    where state in ('planned', 'queued', 'deferred', 'in_doubt') and due_at is not null;
create index delivery_in_hand on delivery (leased_until) where state = 'sending';
create index delivery_about on delivery (about);
create index delivery_recipient on delivery (recipient_id, kind, done_at);
