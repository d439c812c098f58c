-- What was answered to a proposal. With its `grounds` (features, models) it is an example to learn
-- from; where the grounds were erased it is none, and this is empty too.
alter table proposal
    add column outcome  text check (outcome in ('expired', 'declined', 'accepted', 'introduced')),
    add column reason   text,
    add column heard_at timestamptz;
create index proposal_answered on proposal (heard_at) where outcome is not null;

-- Models learned from answers: documents that a person can read, never changed once kept.
create table model (
    version  text primary key,
    kept_at  timestamptz not null default clock_timestamp(),
    document json not null
);

-- Which model is in use, and which is tried beside it: the newest row of each role counts; an empty
-- version means the one that was shipped, or none beside it. `before` is the choice that a rollback
-- returns to. `action_id` says who chose, and why.
create table model_choice (
    id        bigint generated always as identity primary key,
    role      text not null check (role in ('active', 'shadow')),
    version   text references model,
    before    bigint references model_choice,
    action_id bigint not null references operator_action,
    chosen_at timestamptz not null default clock_timestamp()
);

-- How a model did beside another: sums over the needs that both looked at, no need among them.
create table shadow_comparison (
    version     text not null references model,
    beside      text not null,
    needs       bigint not null,
    correlation double precision not null,
    overlap     double precision not null,
    others      bigint not null,
    asked       bigint not null,
    primary key (version, beside)
);
