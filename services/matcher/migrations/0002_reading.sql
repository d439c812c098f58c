-- What was last told of a need: the subjects that it seems to be about, and which of its questions
-- are answered. `number` counts what was told of one version of the need; `looked` is the need's
-- `settled` at that time, so that questions are compared again once people were chosen anew.
create table reading (
    need_id      uuid primary key references need on delete cascade,
    need_version bigint not null,
    number       bigint not null,
    model        text not null,
    looked       bigint not null,
    guesses      jsonb not null,
    answered     jsonb not null
);
