# shellcheck shell=bash disable=SC2154
# Azure's own clients in pods with workload identity, from the manifests of k8s/ and e2e/data/clients.yaml: az and the library
# for JavaScript. Then each client in each profile, which docs/clients.md shows; not in CI, which has little time. The libraries
# for Java are in the emulator's integration tests, and there in each profile.

CLIENT_ID=11111111-1111-1111-1111-111111111111

clients_start() {
    mkdir -p "$WORK/manifests"
    kubectl kustomize "$ROOT/k8s/overlays/workload-identity" > "$WORK/manifests/pod.yaml"
    cp "$ROOT/e2e/data/clients.yaml" "$WORK/manifests/"
    serve clients --identity-binding "$CLIENT_ID" \
        --federated-credential "$CLIENT_ID=system:serviceaccount:default:podidentitydemo" "$WORK/manifests"
    expect_json "$WORK/clients.json" '[.pods[].name] | sort == ["bound", "podidentitydemo", "stranger"]'
}

# in_javascript POD CREDENTIAL
in_javascript() {
    pod_env clients "$1"
    "${POD_ENV[@]}" node "$ROOT/e2e/clients/azure-identity.mjs" "$AZURE_IDENTITY_JS_HOME" "$2"
}

javascript_token() {
    in_javascript "$1" "$2" > "$WORK/javascript.json"
    expect_json "$WORK/javascript.json" ".appid == \"$CLIENT_ID\"" '.aud == "https://storage.azure.com"'
}

javascript_refused() {
    expect_exit 1 "$WORK/javascript.txt" in_javascript stranger workload
    expect_text "$WORK/javascript.txt" AADSTS700213 system:serviceaccount:default:other
}

# az with its own folder, in the cloud of this emulator.
clients_az() {
    "${POD_ENV[@]}" "AZURE_CONFIG_DIR=$WORK/clients-azure" "REQUESTS_CA_BUNDLE=$(of clients .ca)" "$@"
}

# expect_az_token CLIENT-ID: az returns a token of that identity.
expect_az_token() {
    clients_az az account get-access-token --resource "$STORAGE_RESOURCE" --query accessToken -o tsv | claims > "$WORK/clients-claims.json"
    expect_json "$WORK/clients-claims.json" ".appid == \"$1\"" '.aud == "https://storage.azure.com/"'
}

clients_federated() {
    pod_env clients podidentitydemo
    az_cloud clients clients_az
    clients_az az login --service-principal -u "$CLIENT_ID" -t "$(of clients .tenantId)" --allow-no-subscriptions -o none \
        --federated-token "$(cat "$(of clients '.pods[] | select(.name == "podidentitydemo") | .env.AZURE_FEDERATED_TOKEN_FILE')")"
    expect_az_token "$CLIENT_ID"
}

# The pod does not use pod identity: it reaches the metadata service of the node and gets the node's identity.
clients_identity() {
    pod_env clients podidentitydemo
    clients_az az account clear
    clients_az az login --identity --allow-no-subscriptions -o none
    expect_az_token "$(of clients .identity.clientId)"
}

# The document has the same clients.
clients_matrix() {
    "$PYTHON" "$ROOT/e2e/clients/matrix.py" "$ROOT" "$AZURE_IDENTITY_JS_HOME" 1.5.4 1.6.3 1.8.17 managed "proxy sidecar" workload-identity \
        | tee "$OUT/clients.md"
    grep -oE '^\| [^|]+ \|' "$OUT/clients.md" | tail -n +2 > "$WORK/clients.names"
    while read -r name; do expect_text "$ROOT/docs/clients.md" "$name"; done < "$WORK/clients.names"
}

check "podid serves three pods, from k8s/ and by hand" clients_start
check "@azure/identity: DefaultAzureCredential in a pod with workload identity" javascript_token podidentitydemo default
check "@azure/identity: WorkloadIdentityCredential" javascript_token podidentitydemo workload
check "@azure/identity: an identity binding, through the token proxy" javascript_token bound binding
check "@azure/identity: another service account is refused, with Entra's code" javascript_refused
check "az login --service-principal --federated-token" clients_federated
check "az login --identity" clients_identity
[ -n "${E2E_QUICK:-}" ] || check "each client gets the token of the pod, in each profile" clients_matrix
