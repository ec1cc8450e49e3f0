#!/usr/bin/env bash
# Headgate's production processes on this machine, without containers: PostgreSQL, a Temporal server on it, several workers
# and several APIs, with the settings that compose.yaml and the chart have.
#
#   deploy/local.sh start [NAME…]     start what does not run (all, or postgres, temporal, worker-1 …, api-1 …)
#   deploy/local.sh stop [NAME…]      stop it, the last started first; everything goes on at the next start
#   deploy/local.sh status            one line a process; ends with 1 unless all of them serve
#   deploy/local.sh env               what `headgate` needs to reach it: eval "$(deploy/local.sh env)"
#   deploy/local.sh build             only build Temporal's server, with Go, once
#
# From the environment: HEADGATE_CLUSTER (the folder of all that is kept, .headgate-cluster), WORKERS and APIS (2 each),
# POSTGRES_PORT (5433), TEMPORAL_PORT (7333, and the seven ports after it, all below 32768), HEADGATE_PORT and
# HEADGATE_WORKER_PORT (8100 and 8200, one for each process; an API's metrics are 200 above it), POSTGRES_BIN and PYTHON (where
# they are), and Headgate's own settings. Where a proxy stands between processes, its port is POSTGRES_PORT_FOR_HEADGATE,
# TEMPORAL_PORT_FOR_HEADGATE or POSTGRES_PORT_FOR_TEMPORAL.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$here")

TEMPORAL_VERSION=v1.29.1
START_SECONDS=180
STOP_SECONDS=30

python=${PYTHON:-$root/.venv/bin/python}
cluster=${HEADGATE_CLUSTER:-$root/.headgate-cluster}
cache=${HEADGATE_CACHE:-${HEADGATE_HOME:-$root/.headgate}/cache}
workers=${WORKERS:-2}
apis=${APIS:-2}
postgres_port=${POSTGRES_PORT:-5433}
temporal_port=${TEMPORAL_PORT:-7333}
api_port=${HEADGATE_PORT:-8100}
worker_port=${HEADGATE_WORKER_PORT:-8200}

fail() {
    echo "local.sh: $*" >&2
    exit 1
}

# ------------------------------------------------------------------------------------------------ processes

names() {
    echo postgres temporal
    seq -f 'worker-%g' 1 "$workers"
    seq -f 'api-%g' 1 "$apis"
}

# When the process was started; nothing of one that has ended, even where nobody has taken notice of its end.
started_at() { ps -o stat=,lstart= -p "$1" 2>/dev/null | sed -n '/^Z/d; s/^[^ ]* *//p'; }

# Whether the process that was started under this name still runs; a number that another process has got meanwhile does not count.
runs() {
    local pid since
    { read -r pid && read -r since; } 2>/dev/null <"$cluster/run/$1" || return 1
    [ "$(started_at "$pid")" = "$since" ]
}

launch() {
    local name=$1
    shift
    setsid nohup "$@" >>"$cluster/logs/$name.log" 2>&1 </dev/null &
    printf '%s\n%s\n' $! "$(started_at $!)" >"$cluster/run/$name"
}

# Waits until what was launched serves; says its last line where it ends before.
await() {
    local name=$1 ends=$((SECONDS + START_SECONDS))
    until serves "$name"; do
        runs "$name" || fail "$name ended: $(tail -n 1 "$cluster/logs/$name.log") (its log: $cluster/logs/$name.log)"
        [ $SECONDS -lt $ends ] || fail "$name does not serve after $START_SECONDS s (its log: $cluster/logs/$name.log)"
        sleep 0.2
    done
    echo "$name serves"
}

listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

answers() (
    exec 2>/dev/null 3<>"/dev/tcp/127.0.0.1/$1" || exit 1
    printf 'GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n' "$2" >&3
    read -r -t 5 _ status _ <&3 && [ "$status" = 200 ]
)

port_of() {
    case $1 in
    postgres) echo "$postgres_port" ;;
    temporal) echo "$temporal_port" ;;
    worker-*) echo $((worker_port + ${1#worker-} - 1)) ;;
    api-*) echo $((api_port + ${1#api-} - 1)) ;;
    *) fail "no process is called $1; there are $(names | tr '\n' ' ')" ;;
    esac
}

serves() {
    local port
    port=$(port_of "$1")
    case $1 in
    postgres) as_postgres "$bin/pg_isready" -q -h 127.0.0.1 -p "$port" ;;
    temporal) listens "$port" ;;
    worker-*) answers "$port" /healthz ;;
    api-*) answers "$port" /readyz ;;
    esac
}

begin() {
    local name=$1 port
    port=$(port_of "$name")
    ! listens "$port" || fail "port $port, wanted for $name, is taken; stop what uses it or choose another one"
    case $name in
    postgres)
        wait_for_the_last_postgres
        launch "$name" "${user[@]}" "$bin/postgres" -D "$cluster/postgres" -p "$port"
        ;;
    temporal) temporal ;;
    worker-*) HEADGATE_WORKER_PORT=$port launch "$name" "$python" -m headgate worker ;;
    api-*) HEADGATE_PORT=$port HEADGATE_METRICS_PORT=$((port + 200)) launch "$name" "$python" -m headgate serve ;;
    esac
}

end() {
    local name=$1 pid ends=$((SECONDS + STOP_SECONDS)) signal=TERM
    runs "$name" || return 0
    read -r pid <"$cluster/run/$name"
    [ "$name" != postgres ] || signal=INT # its clients are sent away, and nothing is left to be recovered
    kill -s $signal "$pid" 2>/dev/null || true
    while runs "$name"; do
        if [ $SECONDS -ge $ends ]; then
            echo "$name did not stop within $STOP_SECONDS s and was killed" >&2
            kill -s KILL "$pid" 2>/dev/null || true
            sleep 0.5
        fi
        sleep 0.1
    done
    rm -f "$cluster/run/$name"
    echo "$name has stopped"
}

# ------------------------------------------------------------------------------------------------ PostgreSQL

# Temporal's schema needs the extension btree_gin, which the wheel that the tests use does not have.
find_postgres() {
    local share
    for bin in "${POSTGRES_BIN:-}" "$(pg_config --bindir 2>/dev/null || true)" /usr/lib/postgresql/*/bin; do
        share=$("$bin/pg_config" --sharedir 2>/dev/null) || continue
        if [ -x "$bin/postgres" ] && [ -x "$bin/psql" ] && [ -e "$share/extension/btree_gin.control" ]; then return; fi
    done
    fail "PostgreSQL with its contrib modules was not found; install it (Debian: apt-get install postgresql) or set POSTGRES_BIN"
}

# PostgreSQL refuses to run as root: then it runs as somebody else, who owns its folder.
find_user() {
    user=()
    [ "$(id -u)" = 0 ] || return 0
    local name=postgres
    id -u $name >/dev/null 2>&1 || name=nobody
    user=(setpriv "--reuid=$(id -u $name)" "--regid=$(id -g $name)" --clear-groups)
}

as_postgres() { "${user[@]}" "$@"; }

secret() {
    [ -s "$cluster/secrets/$1" ] || (umask 077 && head -c 24 /dev/urandom | base64 | tr '+/' '-_' >"$cluster/secrets/$1")
    cat "$cluster/secrets/$1"
}

passwords() {
    local name
    umask 077
    for name in postgres headgate temporal; do
        printf '127.0.0.1:*:*:%s:%s\n' $name "$(secret "${name}_password")"
    done >"$cluster/secrets/pgpass"
    umask 022
}

init_postgres() {
    [ ! -f "$cluster/postgres/PG_VERSION" ] || return 0
    mkdir -p "$cluster/postgres"
    chmod 700 "$cluster/postgres"
    if [ ${#user[@]} -gt 0 ]; then
        chown "${user[1]#*=}:${user[2]#*=}" "$cluster/postgres"
        as_postgres test -x "$cluster/postgres" ||
            fail "$cluster cannot be entered by the user that PostgreSQL runs as; set HEADGATE_CLUSTER to a folder that can"
    fi
    # The file of all passwords is not for that user's eyes.
    # shellcheck disable=SC2016  # its own shell expands it
    as_postgres sh -c 'umask 077; file=$(mktemp); trap "rm -f $file" EXIT; cat >"$file"; "$@" --pwfile="$file"' - \
        "$bin/initdb" -D "$cluster/postgres" -U postgres -E UTF8 --no-locale --auth=scram-sha-256 \
        <<<"$(secret postgres_password)" >"$cluster/logs/initdb.log" 2>&1 || fail "$(tail -n 1 "$cluster/logs/initdb.log")"
    as_postgres tee -a "$cluster/postgres/postgresql.conf" >/dev/null <"$here/postgres/local.conf"
}

# One that was killed is known to the system for a moment yet, and another one does not start beside it.
wait_for_the_last_postgres() {
    local pid ends=$((SECONDS + STOP_SECONDS))
    { read -r pid <"$cluster/postgres/postmaster.pid"; } 2>/dev/null || return 0
    while kill -0 "$pid" 2>/dev/null && [ $SECONDS -lt $ends ]; do sleep 0.1; done
}

make_databases() {
    PATH=$bin:$PATH PGHOST=127.0.0.1 PGPORT=$postgres_port PGUSER=postgres SECRETS=$cluster/secrets "$here/postgres/databases.sh"
}

# ------------------------------------------------------------------------------------------------ Temporal

build() {
    local tool package
    for tool in temporal-server:cmd/server temporal-sql-tool:cmd/tools/sql; do
        package=${tool#*:}
        [ ! -x "$cache/${tool%:*}-$TEMPORAL_VERSION" ] || continue
        command -v go >/dev/null || fail "building Temporal's server needs Go 1.24 or later"
        echo "Building ${tool%:*} $TEMPORAL_VERSION with Go (once; minutes)"
        mkdir -p "$cache/building"
        GOBIN=$(cd "$cache/building" && pwd) go install "go.temporal.io/server/$package@$TEMPORAL_VERSION" >"$cache/building/log" 2>&1 ||
            fail "Go could not build ${tool%:*}: $(tail -n 1 "$cache/building/log")"
        mv "$cache/building/${package##*/}" "$cache/${tool%:*}-$TEMPORAL_VERSION"
    done
}

make_schemas() {
    SQL_TOOL=$cache/temporal-sql-tool-$TEMPORAL_VERSION SQL_HOST=127.0.0.1 SQL_PORT=$postgres_port SQL_USER=temporal \
        SQL_PASSWORD=$(secret temporal_password) "$here/temporal/schema.sh" >"$cluster/logs/schema.log" 2>&1 ||
        fail "Temporal's schemas could not be set up: $(tail -n 1 "$cluster/logs/schema.log")"
}

temporal() {
    [ $((temporal_port + 7)) -lt 32768 ] || fail "TEMPORAL_PORT must be below 32761: Temporal's tables have no room for more"
    (
        export POSTGRES_SEEDS=127.0.0.1 DB_PORT=${POSTGRES_PORT_FOR_TEMPORAL:-$postgres_port} POSTGRES_USER=temporal BIND_ON_IP=127.0.0.1
        export DYNAMIC_CONFIG_FILE_PATH=$here/temporal/dynamic.yaml FRONTEND_GRPC_PORT=$temporal_port
        POSTGRES_PWD=$(secret temporal_password)
        export POSTGRES_PWD HISTORY_GRPC_PORT=$((temporal_port + 1)) MATCHING_GRPC_PORT=$((temporal_port + 2))
        export WORKER_GRPC_PORT=$((temporal_port + 3)) FRONTEND_MEMBERSHIP_PORT=$((temporal_port + 4))
        export HISTORY_MEMBERSHIP_PORT=$((temporal_port + 5)) MATCHING_MEMBERSHIP_PORT=$((temporal_port + 6))
        export WORKER_MEMBERSHIP_PORT=$((temporal_port + 7))
        launch temporal "$cache/temporal-server-$TEMPORAL_VERSION" --root "$here/temporal" --config . --env server --allow-no-auth start
    )
}

# ------------------------------------------------------------------------------------------------ Headgate

settings() {
    export DATABASE_URL=postgresql+psycopg://headgate@127.0.0.1:${POSTGRES_PORT_FOR_HEADGATE:-$postgres_port}/headgate
    export PGPASSFILE=$cluster/secrets/pgpass
    export TEMPORAL_ADDRESS=127.0.0.1:${TEMPORAL_PORT_FOR_HEADGATE:-$temporal_port} TEMPORAL_NAMESPACE=${TEMPORAL_NAMESPACE:-headgate}
    export HEADGATE_HOME=$cluster/headgate PYTHONPATH=$root
}

prepare() {
    "$python" -m headgate "$@" >"$cluster/logs/$1.log" 2>&1 || fail "headgate $1: $(tail -n 1 "$cluster/logs/$1.log")"
}

# ------------------------------------------------------------------------------------------------ commands

start() {
    local name wanted=("$@") launched=()
    [ ${#wanted[@]} -gt 0 ] || mapfile -t wanted < <(names | tr ' ' '\n')
    build
    init_postgres
    for name in "${wanted[@]}"; do
        port_of "$name" >/dev/null
        if runs "$name"; then
            echo "$name runs already"
            continue
        fi
        begin "$name"
        case $name in
        postgres) await postgres && make_databases && make_schemas ;;
        temporal) await temporal && prepare namespace && [ $# -gt 0 ] || prepare upgrade ;;
        *) launched+=("$name") ;; # together: what takes long is the start of each
        esac
    done
    for name in "${launched[@]}"; do await "$name"; done
}

stop() {
    local name wanted=("$@")
    [ ${#wanted[@]} -gt 0 ] || mapfile -t wanted < <(names | tr ' ' '\n' | tac)
    for name in "${wanted[@]}"; do end "$name"; done
}

status() {
    local name all=0 word
    for name in $(names); do
        if ! runs "$name"; then word="does not run"; elif serves "$name"; then word=serves; else word="does not serve"; fi
        [ "$word" = serves ] || all=1
        printf '%-12s %-6s %s\n' "$name" "$(port_of "$name")" "$word"
    done
    return $all
}

mkdir -p "$cluster/logs" "$cluster/run" "$cluster/secrets" "$cache"
chmod 700 "$cluster/secrets"
cluster=$(cd "$cluster" && pwd)
cache=$(cd "$cache" && pwd)
command=${1:-}
shift || true
case $command in
start | stop | status)
    find_postgres
    find_user
    passwords
    settings
    $command "$@"
    ;;
env)
    settings
    for name in DATABASE_URL PGPASSFILE TEMPORAL_ADDRESS TEMPORAL_NAMESPACE HEADGATE_HOME; do printf 'export %s=%q\n' $name "${!name}"; done
    ;;
build) build ;;
*)
    sed -n '5,9s/^# *//p' "${BASH_SOURCE[0]}"
    exit 2
    ;;
esac
