#!/bin/sh
# Makes the secrets that compose.yaml mounts, in the folder that is named; what is there already stays as it is.
# Keep codec_keys beside the backups, not in them: without it nobody reads the encrypted histories again.
set -eu
folder=${1:?"the folder in which to keep them, such as deploy/secrets"}
mkdir -p "$folder"
chmod 700 "$folder"  # the files are readable in their containers, whose users have other numbers than this host's

random() { head -c "$1" /dev/urandom | base64 | tr -d '\n'; }

keep() {
    [ -s "$folder/$1" ] || printf '%s' "$2" >"$folder/$1"
    chmod 644 "$folder/$1"
}

for name in postgres_password headgate_password temporal_password; do keep "$name" "$(random 24 | tr '+/' '-_')"; done
keep database_url "postgresql+psycopg://headgate:$(cat "$folder/headgate_password")@${POSTGRES_HOST:-postgres}/headgate"
keep codec_keys "k1:$(random 32)"
