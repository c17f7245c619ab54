# shellcheck shell=bash disable=SC2154
# Azure's own clients in pods with workload identity, from the manifests of k8s/: az and the library for JavaScript.
# Then each client in each profile, which docs/clients.md shows; not in CI, which has little time. The libraries for Java are in
# the emulator's integration tests, and there in each profile.

CLIENTS=$WORK/clients.json
CLIENT_ID=11111111-1111-1111-1111-111111111111

# The pods: one as in k8s/, one with another service account, one with an identity binding.
clients_manifests() {
    mkdir -p "$WORK/clients"
    kubectl kustomize "$ROOT/k8s/overlays/workload-identity" > "$WORK/clients/pod.yaml"
    cat > "$WORK/clients/more.yaml" << END
apiVersion: v1
kind: ServiceAccount
metadata: {name: other, annotations: {azure.workload.identity/client-id: $CLIENT_ID}}
---
apiVersion: v1
kind: Pod
metadata: {name: stranger, labels: {azure.workload.identity/use: "true"}}
spec: {serviceAccountName: other, containers: [{name: app, image: app}]}
---
apiVersion: v1
kind: Pod
metadata:
  name: bound
  labels: {azure.workload.identity/use: "true"}
  annotations: {azure.workload.identity/use-identity-binding: "true"}
spec: {serviceAccountName: other, containers: [{name: app, image: app}]}
END
}

clients_start() {
    start clients java -jar "$PODID_JAR" serve --json --identity-binding "$CLIENT_ID" \
        --federated-credential "$CLIENT_ID=system:serviceaccount:default:podidentitydemo" "$WORK/clients"
    wait_until 60 clients grep -q '^{' "$WORK/clients.out"
    head -1 "$WORK/clients.out" > "$CLIENTS"
    expect_json "$CLIENTS" '[.pods[].name] | sort == ["bound", "podidentitydemo", "stranger"]'
    expect_no_secret "$CLIENTS"
}

# in_pod POD COMMAND...: runs it with the environment of that pod, and with the emulator's CA trusted.
in_pod() {
    local pod=$1 variables
    shift
    mapfile -d '' -t variables < <(jq -j --arg pod "$pod" \
        '.pods[] | select(.name == $pod) | .env | to_entries[] | "\(.key)=\(.value)\u0000"' "$CLIENTS")
    env "${variables[@]}" "NODE_EXTRA_CA_CERTS=$(jq -r .ca "$CLIENTS")" "$@"
}

in_javascript() {
    in_pod "$1" node "$ROOT/e2e/clients/azure-identity.mjs" "$AZURE_IDENTITY_JS_HOME" "$2"
}

javascript_token() {
    in_javascript "$1" "$2" > "$WORK/javascript.json"
    expect_json "$WORK/javascript.json" ".appid == \"$CLIENT_ID\"" '.aud == "https://storage.azure.com"'
}

javascript_refused() {
    local status=0
    in_javascript stranger workload > "$WORK/javascript.txt" 2>&1 || status=$?
    expect_equal 1 "$status"
    expect_text "$WORK/javascript.txt" AADSTS700213 system:serviceaccount:default:other
}

# az with its own folder, in the cloud of this emulator.
clients_az() {
    in_pod podidentitydemo env "AZURE_CONFIG_DIR=$WORK/clients-azure" "REQUESTS_CA_BUNDLE=$(jq -r .ca "$CLIENTS")" \
        PYTHONWARNINGS=ignore AZURE_CORE_INSTANCE_DISCOVERY=false AZURE_CORE_COLLECT_TELEMETRY=0 AZURE_CORE_NO_COLOR=1 az "$@"
}

clients_cloud() {
    local entra
    entra=$(jq -r .entra "$CLIENTS")
    clients_az cloud register -n Emulated --endpoint-active-directory "$entra" --endpoint-resource-manager "$entra" \
        --endpoint-active-directory-resource-id "$entra/" --endpoint-management "$entra" \
        --endpoint-active-directory-graph-resource-id "$entra/" --suffix-storage-endpoint localhost
    clients_az cloud set -n Emulated
}

# expect_az_token CLIENT-ID: az returns a token of that identity.
expect_az_token() {
    clients_az account get-access-token --resource https://storage.azure.com/ --query accessToken -o tsv \
        | cut -d. -f2 | tr '_-' '/+' | "$PYTHON" -c 'import base64, sys; print(base64.b64decode(sys.stdin.read().strip() + "===").decode())' \
        > "$WORK/clients-claims.json"
    expect_json "$WORK/clients-claims.json" ".appid == \"$1\"" '.aud == "https://storage.azure.com/"'
}

clients_federated() {
    clients_cloud
    clients_az login --service-principal -u "$CLIENT_ID" -t "$(jq -r .tenantId "$CLIENTS")" --allow-no-subscriptions -o none \
        --federated-token "$(cat "$(jq -r '.pods[] | select(.name == "podidentitydemo") | .env.AZURE_FEDERATED_TOKEN_FILE' "$CLIENTS")")"
    expect_az_token "$CLIENT_ID"
}

# The pod does not use pod identity: it reaches the metadata service of the node and gets the node's identity.
clients_identity() {
    clients_az account clear
    clients_az login --identity --allow-no-subscriptions -o none
    expect_az_token "$(jq -r .identity.clientId "$CLIENTS")"
}

clients_matrix() {
    local profiles=(1.5.4 1.6.3 1.8.17 managed "proxy sidecar" workload-identity)
    "$PYTHON" "$ROOT/e2e/clients/matrix.py" "$ROOT" "$AZURE_IDENTITY_JS_HOME" "${profiles[@]}" | tee "$OUT/clients.md"
    # The document has the same clients.
    grep -oE '^\| [^|]+ \|' "$OUT/clients.md" | tail -n +2 > "$WORK/clients.names"
    while read -r name; do expect_text "$ROOT/docs/clients.md" "$name"; done < "$WORK/clients.names"
}

check "three pods' manifests, from k8s/ and by hand" clients_manifests
check "podid serves them" clients_start
check "@azure/identity: DefaultAzureCredential in a pod with workload identity" javascript_token podidentitydemo default
check "@azure/identity: WorkloadIdentityCredential" javascript_token podidentitydemo workload
check "@azure/identity: an identity binding, through the token proxy" javascript_token bound binding
check "@azure/identity: another service account is refused, with Entra's code" javascript_refused
check "az login --service-principal --federated-token" clients_federated
check "az login --identity" clients_identity
stop clients
[ -n "${E2E_QUICK:-}" ] || check "each client gets the token of the pod, in each profile" clients_matrix
