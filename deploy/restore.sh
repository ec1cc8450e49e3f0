#!/bin/sh
# Puts back what deploy/backup.sh has kept. PostgreSQL runs, and nothing else: Temporal, workers and APIs are stopped. Databases that
# are there are renamed, not deleted. Afterwards: start Temporal, run `headgate recover`, start workers and APIs.
set -eu
from=${1:?"the folder of one backup"}
home=${HEADGATE_HOME:?"the folder that Headgate keeps its files in"}
here=$(cd "$(dirname "$0")" && pwd)
[ -z "${PGPASSWORD_FILE:-}" ] || { PGPASSWORD=$(cat "$PGPASSWORD_FILE") && export PGPASSWORD; }
query() { psql -X -q -A -t -v ON_ERROR_STOP=1 -d postgres -c "$1"; }
databases="temporal temporal_visibility headgate"

[ -f "$from/digests" ] || { echo "restore.sh: $from is no backup, or one that was not finished" >&2; exit 1; }
(cd "$from" && sha256sum --quiet --check digests) || { echo "restore.sh: $from has been changed since it was made" >&2; exit 1; }
connected=$(query "SELECT string_agg(DISTINCT datname, ', ') FROM pg_stat_activity WHERE datname IN ('temporal', 'temporal_visibility', 'headgate')")
[ -z "$connected" ] || { echo "restore.sh: somebody is connected to $connected; stop Temporal, workers and APIs first" >&2; exit 1; }

touch "$home/recover-first"  # workers and APIs do not start before `headgate recover` has run

now=$(date -u +%Y%m%d%H%M%S)
for name in $databases; do
    if [ -n "$(query "SELECT 1 FROM pg_database WHERE datname = '$name'")" ]; then
        query "ALTER DATABASE $name RENAME TO ${name}_before_$now"
    fi
done
"${DATABASES:-$here/postgres/databases.sh}"
for name in $databases; do
    pg_restore --exit-on-error --single-transaction --dbname="$name" "$from/$name.dump"
done
tar -C "$home" -xf "$from/files.tar" --skip-old-files
[ ! -d "$from/../keys" ] || { mkdir -p "$home/keys" && cp -an "$from/../keys/." "$home/keys/"; }  # a destroyed key stays destroyed
echo "Restored. Start Temporal, run headgate recover, and only then workers and APIs."
