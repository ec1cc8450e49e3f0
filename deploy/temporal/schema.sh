#!/bin/sh
# Brings the schemas of Temporal's two databases to its server's version; run again it changes nothing.
# The databases must be there; SQL_HOST, SQL_PORT, SQL_USER and SQL_PASSWORD say where.
set -eu
tool="${SQL_TOOL:-temporal-sql-tool} --plugin postgres12_pgx"
for pair in temporal:temporal temporal_visibility:visibility; do
    database=${pair%:*}
    $tool --database "$database" setup-schema --version 0.0
    $tool --database "$database" update-schema --schema-name "postgresql/v12/${pair#*:}"
done
