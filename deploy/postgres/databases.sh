#!/bin/sh
# Makes the roles and databases of Headgate and of Temporal in an empty PostgreSQL; what is there already stays as it is.
# Runs as the superuser that libpq's variables name; SECRETS is the folder of the two roles' passwords.
set -eu
secrets=${SECRETS:-/run/secrets}
query() { psql -X -q -A -t -v ON_ERROR_STOP=1 -d postgres "$@"; }

for pair in headgate:headgate temporal:temporal temporal:temporal_visibility; do
    owner=${pair%:*} name=${pair#*:}
    # Passwords come by standard input, where no list of processes shows them.
    if [ -z "$(query -c "SELECT 1 FROM pg_roles WHERE rolname = '$owner'")" ]; then
        echo "CREATE ROLE $owner LOGIN PASSWORD '$(cat "$secrets/${owner}_password")'" | query
    fi
    if [ -z "$(query -c "SELECT 1 FROM pg_database WHERE datname = '$name'")" ]; then
        query -c "CREATE DATABASE $name OWNER $owner" -c "REVOKE CONNECT ON DATABASE $name FROM PUBLIC"
    fi
done
