# shellcheck shell=bash disable=SC2153,SC2154
# k8s/emulated-pod-identity under load, on a real node: 500 pods come and go in ten waves within E2E_LOAD_SECONDS, which is 600 for the
# figures in docs/in-cluster.md; then 5,000 TLS connections that ask nothing. Not in CI.
# Needs: emulated-azure
# Skipped without: E2E_LOAD_SECONDS

load_begin() {
    nmi_image
    cluster_up_with "$PODID_IMAGE" "$NMI_IMAGE"
}

# process_of NAMESPACE: the ID of podid's process, or of NMI's.
process_of() {
    process "$1" "$(on_cluster kubectl -n "$1" get pods --field-selector spec.nodeName=node1 -o 'jsonpath={.items[0].metadata.name}')"
}

# peak PROCESS: the most memory that its container had.
peak() {
    local group
    group=$(sed -n 's/^[0-9]*:memory://p' "/proc/$1/cgroup")
    echo "$(($(cat "/sys/fs/cgroup/memory$group/memory.max_usage_in_bytes") >> 20)) MiB"
}

load_waves() {
    local port status=0 podid nmi
    port=$(port waves-proxy)
    podid=$(process_of emulated-azure)
    nmi=$(process_of emulated-nmi)
    start waves-proxy "${CLUSTER[@]}" kubectl proxy "--port=$port"
    eventually 20 on_cluster curl -sf --noproxy '*' -o "$WORK/waves-version" "http://127.0.0.1:$port/version"
    on_cluster "$PYTHON" "$ROOT/e2e/waves.py" "http://127.0.0.1:$port" node1 10 50 10 "$E2E_LOAD_SECONDS" "podid=$podid" "nmi=$nmi" \
        > "$OUT/in-cluster-waves.txt" || status=$?
    echo "most memory of the container: podid $(peak "$podid"), NMI $(peak "$nmi")" >> "$OUT/in-cluster-waves.txt"
    cat "$OUT/in-cluster-waves.txt"
    stop waves-proxy
    return "$status"
}

# idle PORT ADDRESSES: a line for 5,000 connections of so many addresses.
idle() {
    on_cluster "$PYTHON" "$ROOT/e2e/idle.py" "$(azure get pods -o 'jsonpath={.items[0].status.podIP}')" "$1" 5000 "${IDLE[@]:0:$2}" -- "${IDLE[-1]}"
}

# At Entra ID, then at Entra ID and at storage at once. Each address is that of a pod.
load_idle() {
    local podid number storage status=0 out=$OUT/in-cluster-idle.txt
    IDLE=()
    for number in {0..100}; do
        IDLE+=("10.77.1.$((100 + number))")
        on_cluster ip address add "${IDLE[-1]}/32" dev kb0
    done
    podid=$(process_of emulated-azure)
    # As much as this user may open.
    ulimit -n "$(ulimit -Hn)"
    idle 10102 1 > "$out" || status=$?
    idle 10103 100 > "$WORK/idle-storage" &
    storage=$!
    idle 10102 100 >> "$out" || status=$?
    wait "$storage" || status=$?
    cat "$WORK/idle-storage" >> "$out"
    echo "podid: $(grep -E '^(VmHWM|VmRSS|Threads)' "/proc/$podid/status" | tr -s '\t ' ' ' | paste -sd,), most memory of the container $(peak "$podid")" >> "$out"
    cat "$out"
    expect_equal 0 "$(azure get pods -o 'jsonpath={.items[0].status.containerStatuses[0].restartCount}')"
    return "$status"
}

nmi_restarts() {
    [ "$(on_cluster kubectl -n emulated-nmi get pods --field-selector spec.nodeName=node1 -o 'jsonpath={.items[0].status.containerStatuses[0].restartCount}')" = "$1" ]
}

# The kubelet kills it with SIGKILL, which a stopped process gets too.
nmi_hangs() {
    nmi_restarts 0
    kill -STOP "$(process_of emulated-nmi)"
    eventually 120 nmi_restarts 1
    on_cluster kubectl -n emulated-nmi get events -o 'jsonpath={range .items[?(@.reason=="Unhealthy")]}{.message}{"\n"}{end}' > "$WORK/nmi-events"
    expect_text "$WORK/nmi-events" "Liveness probe failed"
}

at_end cluster_down
check "podid and NMI are on a real node" load_begin
start services "${CLUSTER[@]}" "$PYTHON" "$ROOT/e2e/data/node-services.py" 10.77.0.1
check "MIC and NMI serve" nmi_starts
check "500 pods in ten waves: none is without its identity while it lives, and nothing of it stays" load_waves
check "NMI that hangs is started again" nmi_hangs
check "5,000 idle TLS connections to Entra ID, and 10,000 to it and to storage: another address is answered" load_idle
