#!/bin/sh
# Reads secrets from files: DATABASE_URL_FILE=/run/secrets/database_url gives DATABASE_URL, and the same for HEADGATE_….
set -eu
for name in $(env | sed -n 's/^\(DATABASE_URL\|HEADGATE_[A-Z_]*\)_FILE=.*/\1/p'); do
    eval "file=\$${name}_FILE"
    # shellcheck disable=SC2154  # assigned by eval
    value=$(cat "$file")
    export "$name=$value"
done
exec "$@"
