# shellcheck shell=bash disable=SC2154
# The real MIC, webhook and proxy beside podid's: clusters, pods and requests of chance for a few seconds each. MIC=, WEBHOOK=
# and PROXY= name the programs; where they are not set, a line says so. How to build them: e2e/README.md. Needs no other step.

# real NAME PROGRAM COMMAND...: runs the comparison if there is a program for it.
real() {
    local name=$1 program=$2
    shift 2
    if [ -z "$program" ]; then
        echo "skip  the real $name: it is not set"
        return
    fi
    check "the real $name and podid's do the same to what chance brings" real_run "$@"
}

real_run() {
    "$@" "$JAVA_HOME/bin/java" -Xmx300m "${PODID[@]}"
}

CLUSTER=(-cp "$ROOT/podid/target/test-classes:$PODID_JAR" io.podidentity.podid.serve.ServedClusterMain)

REAL_SEED=${REAL_SEED:-$((RANDOM))}
REAL_SECONDS=${REAL_SECONDS:-20}
PODID=("${CLUSTER[@]}")
real MIC "${MIC:-}" "$PYTHON" "$ROOT/e2e/real/mic.py" "${MIC:-}" "$REAL_SEED" "$REAL_SECONDS"
real WEBHOOK "${WEBHOOK:-}" "$PYTHON" "$ROOT/e2e/real/webhook.py" "${WEBHOOK:-}" "$REAL_SEED" "$REAL_SECONDS"
PODID=(-jar "$PODID_JAR")
real PROXY "${PROXY:-}" unshare --map-root-user --net "$PYTHON" "$ROOT/e2e/real/proxy.py" "${PROXY:-}" "$REAL_SEED" "$REAL_SECONDS"
