-- Sets up the database of docker-compose.yml, once, as its own superuser: Sealroom gets a database,
-- and no right to run programs or read files on its machine. Afterwards the superuser has no password
-- and can only connect from inside: docker compose exec db psql -U postgres

-- If a statement fails, the log does not quote it.
SET log_min_error_statement = panic;

\getenv password POSTGRES_PASSWORD
CREATE ROLE sealroom LOGIN PASSWORD :'password';
CREATE DATABASE sealroom OWNER sealroom;
-- Its queries are short: compiling them takes longer than running them.
ALTER DATABASE sealroom SET jit = off;
ALTER ROLE postgres PASSWORD NULL;
