# shellcheck shell=bash disable=SC2154
# The image under load, with one processor and the memory of the manifests: no error, and the probes are answered in time.
# `make load` does it for a minute each, and at other limits; here it is short. The load comes from wrk on the same machine.
# Needs: image

[ -z "${E2E_QUICK:-}" ] || return 0
LOAD_SECONDS=${LOAD_SECONDS:-6}
# The kubelet gives up after 3 s (pod.yaml). On a machine that does nothing else it takes less than 1 s.
LOAD_LIVENESS=${LOAD_LIVENESS:-3}

# load_start MEMORY: the image as the manifests run it, and a few requests first. A container that runs out of memory leaves a
# file named oom in the working directory.
load_start() {
    cd "$WORK" || exit 1
    remove_containers
    mkdir -p "$WORK/load-trust"
    install -m 644 "$(of emulator .trustStore)" "$WORK/load-trust/trust.p12"
    chmod 755 "$WORK" "$WORK/load-trust"
    MEMORY=$1 serve_image "$IMAGE" --cpus 1 -v "$WORK/load-trust:/trust:ro" \
        --env "JAVA_TOOL_OPTIONS=-Djavax.net.ssl.trustStore=/trust/trust.p12 -Djavax.net.ssl.trustStorePassword=changeit" \
        --env "DEMO_STORAGE_ENDPOINT=$(of emulator .storage)" --env DEMO_STORAGE_CONTAINER=samples
    expect_status 200 "$WORK/load-blobs.json" "$IMAGE_URL/api/blobs"
    expect_json "$WORK/load-blobs.json" 'length > 0'
    wrk -t2 -c10 -d3s --timeout 20s "$IMAGE_URL/api/blobs" > "$WORK/load-warm.txt"
}

# load FILE CONNECTIONS: wrk, and the liveness probe four times a second beside it.
load() {
    local pid
    wrk -t2 "-c$2" "-d${LOAD_SECONDS}s" --timeout 20s --latency "$IMAGE_URL/api/blobs" > "$1" &
    pid=$!
    : > "$WORK/load-probe.txt"
    while alive "$pid"; do
        curl -s --noproxy '*' --max-time 30 -o /dev/null -w '%{http_code} %{time_total}\n' "$IMAGE_HEALTH/liveness" >> "$WORK/load-probe.txt" || true
        sleep 0.25
    done
    wait "$pid"
}

# load_holds MEMORY CONNECTIONS: writes a line to load.txt; fails if a request failed or a probe took too long.
load_holds() {
    local memory=$1 connections=$2 wrk=$WORK/load-$1-$2.txt pid before slowest
    pid=$(podman_e2e inspect --format '{{.State.Pid}}' pod-identity-e2e)
    before=$(cut -d' ' -f12 "/proc/$pid/stat")
    load "$wrk" "$connections"
    cat "$wrk"
    alive "$pid" || fail "it has ended under load"
    slowest=$(cut -d' ' -f2 "$WORK/load-probe.txt" | sort -n | tail -1)
    printf '%-7s %11s %11s %8s %8s %9.2f s %12s %4s MB\n' "$memory" "$connections" "$(awk '/^Requests\/sec/ { print $2 }' "$wrk")" \
        "$(awk '$1 == "50%" { print $2 }' "$wrk")" "$(awk '$1 == "99%" { print $2 }' "$wrk")" "$slowest" \
        "$(($(cut -d' ' -f12 "/proc/$pid/stat") - before))" "$(awk '/^VmHWM/ { print int($2 / 1024) }' "/proc/$pid/status")" >> "$OUT/load.txt"
    ! grep -E 'Non-2xx|Socket errors' "$wrk" || fail "requests failed"
    expect_equal "" "$(grep -v '^200 ' "$WORK/load-probe.txt" || true)"
    awk -v slowest="$slowest" -v limit="$LOAD_LIVENESS" 'BEGIN { exit slowest > limit }' || fail "a liveness probe took $slowest s"
}

at_end remove_containers
printf '%-7s %11s %11s %8s %8s %11s %12s %7s\n' memory connections requests/s p50 p99 'liveness<=' 'major faults' peak > "$OUT/load.txt"
for memory in ${LOAD_MEMORY:-$MEMORY}; do
    check "the image in $memory with one processor, warmed up" load_start "$memory"
    for connections in 50 200; do
        check "$connections connections for $LOAD_SECONDS s in $memory: no error, liveness within $LOAD_LIVENESS s" load_holds "$memory" "$connections"
    done
done
sed 's/^/      /' "$OUT/load.txt"
