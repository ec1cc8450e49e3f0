#!/bin/sh
# Copies the databases of Headgate and Temporal and Headgate's files into a new folder below the one that is named, while all runs.
# Temporal's come first: the database that counts is then the newer one, and lacks nothing. The files come last.
# Where PostgreSQL is, libpq's variables say (its superuser, who can restore too); where the files are, HEADGATE_HOME.
set -eu
folder=${1:?"the folder of all backups"}
home=${HEADGATE_HOME:?"the folder that Headgate keeps its files in"}
[ -z "${PGPASSWORD_FILE:-}" ] || { PGPASSWORD=$(cat "$PGPASSWORD_FILE") && export PGPASSWORD; }
to=$folder/$(date -u +%Y-%m-%dT%H-%M-%SZ)
umask 077
mkdir -p "$folder"
mkdir "$to"
for name in temporal temporal_visibility headgate; do
    pg_dump --format=custom --dbname="$name" --file="$to/$name.dump"
done
mkdir -p "$home/files"
tar -C "$home" -cf "$to/files.tar" files
mkdir -p "$home/keys" "$folder/keys"
cp -a "$home/keys/." "$folder/keys/"  # one copy without generations: an old copy of a destroyed key would undo a redaction
(cd "$to" && sha256sum ./*.dump files.tar >digests)  # last: a folder without it is not a backup
echo "$to"
