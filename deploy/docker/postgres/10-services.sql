-- One role and one database per service, which nobody else may enter; run once, on an empty volume.
\getenv profiles_password PROFILES_DB_PASSWORD
\getenv matcher_password MATCHER_DB_PASSWORD
\getenv notifier_password NOTIFIER_DB_PASSWORD

CREATE ROLE profiles LOGIN PASSWORD :'profiles_password';
CREATE ROLE matcher LOGIN PASSWORD :'matcher_password';
CREATE ROLE notifier LOGIN PASSWORD :'notifier_password';

CREATE DATABASE profiles OWNER profiles;
CREATE DATABASE matcher OWNER matcher;
CREATE DATABASE notifier OWNER notifier;
REVOKE ALL ON DATABASE profiles, matcher, notifier FROM PUBLIC;

-- An extension needs more rights than a service has.
\connect matcher
CREATE EXTENSION vector;
