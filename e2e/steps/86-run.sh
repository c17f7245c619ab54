# shellcheck shell=bash disable=SC2034,SC2154
# podid run: the identity of a workload, borrowed for programs of this machine, as a plugin of the real kubectl. The API
# server is the double of podid's tests, the Azure behind it is emulated.

RUN=$WORK/run
RUN_CLIENT_ID=44444444-4444-4444-8444-444444444444

run_manifests() {
    mkdir -p "$RUN/bin" "$RUN/tmp" "$RUN/manifests"
    cat > "$RUN/manifests/orders.yaml" << END
apiVersion: v1
kind: ServiceAccount
metadata: {name: orders, annotations: {azure.workload.identity/client-id: $RUN_CLIENT_ID}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: orders}
spec:
  replicas: 2
  selector: {matchLabels: {app: orders}}
  template:
    metadata: {labels: {app: orders, azure.workload.identity/use: "true"}}
    spec:
      serviceAccountName: orders
      containers:
      - name: main
        image: orders
        env:
        - {name: GREETING, value: hello}
        - {name: MODE, valueFrom: {configMapKeyRef: {name: orders, key: mode}}}
        - {name: PASSWORD, valueFrom: {secretKeyRef: {name: orders, key: password}}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: orders}
data: {mode: fast}
---
apiVersion: v1
kind: Secret
metadata: {name: orders}
stringData: {password: not-for-laptops}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: developers}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
subjects:
- {apiGroup: rbac.authorization.k8s.io, kind: User, name: dev}
- {apiGroup: rbac.authorization.k8s.io, kind: User, name: viewer}
END
    # The role that podid prints to who is refused; the step for viewer proves that it is enough.
    cat > "$RUN/manifests/role.yaml" << 'END'
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: borrow-identity, namespace: default}
rules:
- apiGroups: [""]
  resources: [serviceaccounts/token]
  resourceNames: [orders]
  verbs: [create]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: borrow-identity, namespace: default}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: borrow-identity}
subjects:
- {apiGroup: rbac.authorization.k8s.io, kind: User, name: "dev"}
END
    ln -s "$ROOT/podid/kubectl-podid" "$RUN/bin/kubectl-podid"
}

run_cluster() {
    start cluster java -cp "$ROOT/podid/target/test-classes:$PODID_JAR" io.podidentity.podid.serve.ServedClusterMain \
        --kubeconfig "$RUN/kubeconfig" --longest-token 6 --user dev --user viewer "$RUN/manifests"
    wait_until 60 cluster grep -q '^{' "$WORK/cluster.out"
    head -1 "$WORK/cluster.out" > "$RUN/cluster.json"
}

# kube ARGUMENT...: the real kubectl, with the plugin on its PATH. KUBE is the same for `start`.
kube() {
    kube_command
    "${KUBE[@]}" "$@"
}

kube_command() {
    local trust
    trust=$(jq -r .trustStore "$RUN/cluster.json")
    KUBE=(env "KUBECONFIG=$RUN/kubeconfig" "PATH=$RUN/bin:$JAVA_HOME/bin:$PATH" "HOME=$RUN"
        "JDK_JAVA_OPTIONS=-Djava.io.tmpdir=$RUN/tmp -Djavax.net.ssl.trustStore=$trust -Djavax.net.ssl.trustStorePassword=changeit"
        "NODE_EXTRA_CA_CERTS=$(jq -r .ca "$RUN/cluster.json")" kubectl)
}

# A blob, by Azure's own library; the first token's time; what the program gets and what it does not.
run_blob() {
    local began=$EPOCHREALTIME
    AZURE_CLIENT_SECRET=mine kube podid run --context dev --env deploy/orders -- sh -c "date +%s.%N > '$RUN/started';
        env > '$RUN/env'; exec node '$ROOT/e2e/clients/azure-identity.mjs' '$AZURE_IDENTITY_JS_HOME' workload \
        '$(jq -r .storage "$RUN/cluster.json")/samples/hello.txt'" > "$RUN/blob.txt" 2> "$OUT/run.txt"
    expect_text "$RUN/blob.txt" '200 '
    expect_text "$RUN/env" GREETING=hello MODE=fast
    if grep -E '^(PASSWORD|AZURE_CLIENT_SECRET)=' "$RUN/env"; then fail "it has what it must not have"; fi
    expect_text "$OUT/run.txt" "sh runs as the identity $RUN_CLIENT_ID of service account default/orders, borrowed from" \
        'it does not get AZURE_CLIENT_SECRET' 'it does not get PASSWORD'
    expect_no_secret "$OUT/run.txt"
    awk -v a="$began" -v b="$(cat "$RUN/started")" 'BEGIN { printf "from kubectl podid run to the program: %.2f s\n", b - a }' | tee "$OUT/run-time.txt"
    expect_equal '' "$(ls "$RUN/tmp")"
}

# The same claims as in the pod itself, and still after the account's token has ended; memory meanwhile.
run_identity() {
    local variables claims='{appid, tid, oid, aud}'
    mapfile -d '' -t variables < <(jq -j '.pods[0].env | to_entries[] | "\(.key)=\(.value)\u0000"' "$RUN/cluster.json")
    env "${variables[@]}" "NODE_EXTRA_CA_CERTS=$(jq -r .ca "$RUN/cluster.json")" node "$ROOT/e2e/clients/azure-identity.mjs" \
        "$AZURE_IDENTITY_JS_HOME" workload | jq -S "$claims" > "$RUN/pod.json"
    # shellcheck disable=SC2016
    kube podid run --context dev --no-check sa/orders -- sh -c 'before=$(cat "$AZURE_FEDERATED_TOKEN_FILE"); i=0
        awk "/^VmHWM/ { print \"memory of run:\", int(\$2 / 1024), \"MB\" }" /proc/$PPID/status >&2
        until [ "$before" != "$(cat "$AZURE_FEDERATED_TOKEN_FILE")" ] || [ $((i += 1)) -gt 150 ]; do sleep 0.1; done
        [ "$before" != "$(cat "$AZURE_FEDERATED_TOKEN_FILE")" ] && exec "$@"' sh node "$ROOT/e2e/clients/azure-identity.mjs" \
        "$AZURE_IDENTITY_JS_HOME" workload 2> "$RUN/identity.txt" | jq -S "$claims" > "$RUN/borrowed.json"
    diff "$RUN/pod.json" "$RUN/borrowed.json"
    expect_json "$RUN/borrowed.json" ".appid == \"$RUN_CLIENT_ID\""
    grep 'memory of run' "$RUN/identity.txt" | tee -a "$OUT/run-time.txt"
}

run_refused() {
    local status=0
    kube podid run --context viewer deploy/orders -- true > "$RUN/refused.txt" 2>&1 || status=$?
    expect_equal 1 "$status"
    expect_text "$RUN/refused.txt" 'User "viewer" needs the verb "create" on serviceaccounts/token in namespace default'
    sed -n '/^---$/,$p' "$RUN/refused.txt" | sed 1d | sed 's/viewer/dev/' | diff "$RUN/manifests/role.yaml" -
}

# Exit code and signals are the program's; nothing is left, and what a killed one leaves is gone after the next.
run_end() {
    local status=0 pid
    kube podid run --context dev --no-check sa/orders -- sh -c 'exit 7' || status=$?
    expect_equal 7 "$status"
    kube_command
    # shellcheck disable=SC2016
    start borrower "${KUBE[@]}" podid run --context dev --no-check sa/orders -- sh -c 'trap "kill \$p; exit 9" TERM; sleep 60 & p=$!; echo ready; wait'
    wait_until 60 borrower grep -q ready "$WORK/borrower.out"
    pid=$(pgrep -s "$(cat "$WORK/borrower.pid")" java)
    kill -TERM "$pid"
    wait_until_gone "$pid"
    expect_equal '' "$(ls "$RUN/tmp")"
    start borrower "${KUBE[@]}" podid run --context dev --no-check sa/orders -- sh -c 'echo ready; sleep 60'
    wait_until 60 borrower grep -q ready "$WORK/borrower.out"
    kill -KILL "$(pgrep -s "$(cat "$WORK/borrower.pid")" java)"
    expect_equal 1 "$(find "$RUN/tmp" -name 'podid-run-*' | wc -l)"
    kube podid run --context dev --no-check sa/orders -- true
    expect_equal '' "$(ls "$RUN/tmp")"
    kill -TERM -- "-$(cat "$WORK/borrower.pid")" 2> /dev/null || true
    rm -f "$WORK/borrower.pid"
}

wait_until_gone() {
    local i
    for i in {1..100}; do
        alive "$1" || return 0
        sleep 0.1
    done
    fail "process $1 still runs"
}

check "manifests of a workload, and kubectl-podid on the PATH" run_manifests
check "an API server with the workload" run_cluster
check "kubectl podid run: a blob as the workload, with its variables but no secret" run_blob
check "the identity is the pod's own, before and after the token is renewed" run_identity
check "who may not create tokens is told the role, and it is enough" run_refused
check "exit code and SIGTERM are the program's; after SIGKILL the next start cleans up" run_end
stop cluster
