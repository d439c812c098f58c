-- Who may come in as a facilitator; links signed for an earlier epoch no longer work.
create table facilitator (
    id    uuid primary key,
    name  text not null,
    epoch integer not null default 0
);
