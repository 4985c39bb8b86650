-- What the database of docker-compose.yml is set up with, once, by its own superuser: Sealroom gets
-- a database, and no right to run programs or read files where the database is. The superuser has
-- no password afterwards and can only come from inside: docker compose exec db psql -U postgres

-- Should a statement fail, the log does not quote it.
SET log_min_error_statement = panic;

\getenv password POSTGRES_PASSWORD
CREATE ROLE sealroom LOGIN PASSWORD :'password';
CREATE DATABASE sealroom OWNER sealroom;
-- Its queries are short: to compile them takes longer than to run them.
ALTER DATABASE sealroom SET jit = off;
ALTER ROLE postgres PASSWORD NULL;
