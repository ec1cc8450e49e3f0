#!/usr/bin/env bash
# Judges what is in deploy/ by its own tools, which Go builds the first time (some minutes): the compose file by compose-go, which
# Docker Compose reads files with, the proxy's file by Caddy. What needs no build is among the tests of `make test`.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$here")
cache=${HEADGATE_CACHE:-${HEADGATE_HOME:-$root/.headgate}/cache}/tools
mkdir -p "$cache"
cache=$(cd "$cache" && pwd)

# tool NAME MODULE PACKAGE VERSION: its path, built unless it is there
tool() {
    local built=$cache/$1-$4
    if [ ! -x "$built" ]; then
        echo "Building $1 $4 with Go (once)" >&2
        GOBIN=$cache/building go install "$2$3@$4" >"$cache/log" 2>&1 || { tail -n 3 "$cache/log" >&2; exit 1; }
        mv "$cache/building/$(basename "$3")" "$built"
    fi
    echo "$built"
}

compose=$(tool compose-go github.com/compose-spec/compose-go/v2 /cmd v2.9.0)
caddy=$(tool caddy github.com/caddyserver/caddy/v2 /cmd/caddy v2.10.2)

secrets=$(mktemp -d)
trap 'rm -rf "$secrets"' EXIT
echo "compose.yaml"
# shellcheck source=/dev/null
(set -a && . "$here/example.env" && "$compose" "$here/compose.yaml" >"$secrets/compose")
echo "Caddyfile"
"$caddy" validate --adapter caddyfile --config "$here/Caddyfile" >"$secrets/caddy" 2>&1 || { cat "$secrets/caddy"; exit 1; }
"$caddy" fmt --diff "$here/Caddyfile" >"$secrets/fmt" || { cat "$secrets/fmt"; exit 1; }
echo "All of deploy/ is what its tools take."
