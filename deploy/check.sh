#!/usr/bin/env bash
# Judges what is in deploy/ by its own tools, which Go builds the first time (some minutes): the compose file by compose-go, which
# Docker Compose reads files with, the proxy's file by Caddy, the chart by helm, what it makes by Kubernetes' schemas (a package of
# the development environment) and KEDA's, the alerts and their plays by promtool. What needs no build is among the tests of `make test`.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$here")
python=${PYTHON:-$root/.venv/bin/python}
python=$(cd "$(dirname "$python")" && pwd)/$(basename "$python")
KUBERNETES="1.29 1.33 1.37"
KEDA=github.com/kedacore/keda/v2@v2.17.2
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

helm=$(tool helm helm.sh/helm/v3 /cmd/helm v3.19.5)

made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT

echo "compose.yaml"
# shellcheck source=/dev/null
(set -a && . "$here/example.env" && "$compose" "$here/compose.yaml" >"$made/compose")

echo "Caddyfile"
"$caddy" validate --adapter caddyfile --config "$here/Caddyfile" >"$made/caddy" 2>&1 || { cat "$made/caddy"; exit 1; }
"$caddy" fmt --diff "$here/Caddyfile" >"$made/fmt" || { cat "$made/fmt"; exit 1; }

echo "chart"
# KEDA's own definition of a ScaledObject, of the oldest version that scales by Temporal's queues.
crd=$(cd "$made" && go mod download -json "$KEDA" | sed -n 's/^.*"Dir": "\(.*\)".*$/\1/p')/config/crd/bases/keda.sh_scaledobjects.yaml
for values in "$here/chart/values.yaml" "$here"/chart/ci/*.yaml; do
    "$helm" lint --strict --quiet "$here/chart" -f "$values"
    for version in $KUBERNETES; do
        "$helm" template headgate "$here/chart" --kube-version "$version.0" -f "$values" >"$made/manifests.yaml"
        "$(dirname "$python")/kubernetes-validate" --strict --quiet --no-warn -k "$version" "$made/manifests.yaml"
    done
    "$python" - "$crd" "$made/manifests.yaml" <<'PYTHON'
import sys
from pathlib import Path

import jsonschema
import yaml

crd, manifests = (Path(name).read_text() for name in sys.argv[1:])
schema = yaml.safe_load(crd)["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
for each in yaml.safe_load_all(manifests):
    if each and each["kind"] == "ScaledObject":
        jsonschema.validate(each, schema)
PYTHON
done
(cd "$root" && HELM=$helm PYTHONPATH=$root "$python" -m pytest -q tests/deploy/rendered_chart.py)

echo "alerts"
promtool=$(tool promtool github.com/prometheus/prometheus /cmd/promtool v0.316.0)
(cd "$here/observability" && {
    "$promtool" check rules alerts.yaml
    "$promtool" check config prometheus.yaml
    "$promtool" test rules alerts.test.yaml
} >"$made/alerts" 2>&1) || { cat "$made/alerts"; exit 1; }

echo "All of deploy/ is what its tools take."
