"""Running an installation: set-up, keys, backups, diagnosis, health and workers."""
