# shellcheck shell=bash disable=SC2154
# Azure's own clients in pods. First what the table of docs/clients.md does not show: the library for JavaScript in the pod of
# k8s/ and with an identity binding (e2e/data/clients.yaml). Then each client with workload identity; not in CI, which has little
# time, in each profile. The libraries for Java are in the emulator's integration tests, and there in each profile.

CLIENT_ID=11111111-1111-1111-1111-111111111111

clients_start() {
    mkdir -p "$WORK/manifests"
    kubectl kustomize "$ROOT/k8s/overlays/workload-identity" > "$WORK/manifests/pod.yaml"
    cp "$ROOT/e2e/data/clients.yaml" "$WORK/manifests/"
    serve clients --identity-binding "$CLIENT_ID" \
        --federated-credential "$CLIENT_ID=system:serviceaccount:default:podidentitydemo" "$WORK/manifests"
}

# javascript POD CREDENTIAL: in the environment of that pod.
javascript() {
    local env
    mapfile -d '' -t env < <(of clients ".pods[] | select(.name == \"$1\").env | to_entries[] | \"\(.key)=\(.value)\\u0000\"" | tr -d '\n')
    env "${env[@]}" "NODE_EXTRA_CA_CERTS=$(of clients .ca)" node "$ROOT/e2e/clients/azure-identity.mjs" "$AZURE_IDENTITY_JS_HOME" "$2"
}

javascript_token() {
    javascript "$1" "$2" > "$WORK/javascript.json"
    expect_json "$WORK/javascript.json" ".appid == \"$CLIENT_ID\"" '.aud == "https://storage.azure.com"'
}

javascript_refused() {
    expect_exit 1 "$WORK/javascript.txt" javascript stranger workload
    expect_text "$WORK/javascript.txt" AADSTS700213 system:serviceaccount:default:other
}

# clients_matrix PROFILE...: the document has the same clients.
clients_matrix() {
    "$PYTHON" "$ROOT/e2e/clients/matrix.py" "$ROOT" "$AZURE_IDENTITY_JS_HOME" "$@" | tee "$OUT/clients.md"
    grep -oE '^\| [^|]+ \|' "$OUT/clients.md" | tail -n +2 > "$WORK/clients.names"
    while read -r name; do expect_text "$ROOT/docs/clients.md" "$name"; done < "$WORK/clients.names"
}

check "podid serves three pods, from k8s/ and by hand" clients_start
check "@azure/identity: DefaultAzureCredential in a pod with workload identity" javascript_token podidentitydemo default
check "@azure/identity: an identity binding, through the token proxy" javascript_token bound binding
check "the page of podid serve in Chromium: a pod, its requests, a fault that is ordered there" \
    node "$ROOT/e2e/activity.mjs" "$(of clients .page)" "$DOWNLOADS/browser" default/podidentitydemo
check "@azure/identity: another service account is refused, with Entra's code" javascript_refused
check "each client, az among them, gets the token of a pod with workload identity" clients_matrix workload-identity
[ -n "${E2E_QUICK:-}" ] || check "and that of the pod in each other profile" clients_matrix 1.5.4 1.6.3 1.8.17 managed "proxy sidecar"
