# shellcheck shell=bash disable=SC2154
# From a laptop to a cluster, in the usual order: no identity, the developer's own; then in a pod without and with a
# managed identity, with a service principal, and with workload identity. podid emulates the cluster with the manifests
# of k8s/, and 60 of its seconds pass in one. Needs step 20 for the paths of the jars.

SCALE=60
ARTICLE=$WORK/article.json
CLUSTER=$WORK/cluster
MANAGED=11111111-1111-1111-1111-111111111111
PRINCIPAL=44444444-4444-4444-4444-444444444444
TENANT=33333333-3333-3333-3333-333333333333

# apply FOLDER [FILE]: does what `kubectl apply -k` would do, and inserts the tenant; podid notices the change, and
# enforces the network policies.
apply() {
    local tenant=00000000-0000-0000-0000-000000000000
    [ ! -f "$ARTICLE" ] || tenant=$(jq -r .tenantId "$ARTICLE")
    {
        kubectl kustomize "$ROOT/k8s/$1" | sed "s/$TENANT/$tenant/"
        [ $# -lt 2 ] || { echo ---; cat "$2"; }
    } > "$WORK/applied.yaml"
    mkdir -p "$CLUSTER"
    mv "$WORK/applied.yaml" "$CLUSTER/applied.yaml"
}

# The pod with its label, and nothing that the label could mean.
apply_unbound() {
    apply overlays/pod-identity
    awk -v RS='---\n' -v ORS='---\n' '!/kind: AzureIdentity/' "$CLUSTER/applied.yaml" > "$WORK/unbound.yaml"
    mv "$WORK/unbound.yaml" "$CLUSTER/applied.yaml"
}

# cluster_start OPTION...: starts podid with the applied manifests.
cluster_start() {
    start article java -jar "$PODID_JAR" serve --json --time-scale "$SCALE" "$@" "$CLUSTER"
    wait_until 60 article grep -q '^{' "$WORK/article.out"
    head -1 "$WORK/article.out" > "$ARTICLE"
    cp "$(jq -r .trustStore "$ARTICLE")" "$WORK/article-trust.p12"
}

# On the laptop ----------------------------------------------------------------------------------------------------

on_laptop() {
    laptop_run
    "${LAPTOP_RUN[@]}" "$@"
}

# Sets LAPTOP_RUN to the prefix of a command on the laptop.
laptop_run() {
    LAPTOP_RUN=(env "AZURE_CONFIG_DIR=$WORK/article-azure" "REQUESTS_CA_BUNDLE=$(jq -r .ca "$ARTICLE")" PYTHONWARNINGS=ignore \
        AZURE_CORE_INSTANCE_DISCOVERY=false AZURE_CORE_COLLECT_TELEMETRY=0 AZURE_CORE_NO_COLOR=1)
}

# token FILE COMMAND-PREFIX...: runs the library's own program; its token is used only to read the claims.
token() {
    local file=$1
    shift
    "$@" java -jar "$LIBRARY_JAR" token --resource https://storage.azure.com/ 2> "$file.err" | cut -d. -f2 | tr '_-' '/+' \
        | "$PYTHON" -c 'import base64, sys; print(base64.b64decode(sys.stdin.read().strip() + "===").decode())' > "$file"
    [ "$(wc -c < "$file")" -gt 10 ]
}

no_token() {
    ! token "$@"
}

laptop_cloud() {
    local entra
    entra=$(jq -r .entra "$ARTICLE")
    on_laptop az cloud register -n Article --endpoint-active-directory "$entra" --endpoint-resource-manager "$entra" \
        --endpoint-active-directory-resource-id "$entra/" --endpoint-management "$entra" \
        --endpoint-active-directory-graph-resource-id "$entra/" --suffix-storage-endpoint localhost
    on_laptop az cloud set -n Article
}

laptop_without_login() {
    laptop_cloud
    no_token "$WORK/article-laptop" on_laptop
    cat "$WORK/article-laptop.err"
    expect_text "$WORK/article-laptop.err" 'az login'
}

laptop_with_login() {
    on_laptop az login --use-device-code --allow-no-subscriptions -o none
    token "$WORK/article-laptop" on_laptop
    expect_json "$WORK/article-laptop" ".upn == $(jq .user "$ARTICLE")"
}

# In the pod -------------------------------------------------------------------------------------------------------

# Sets POD_RUN to the prefix of a command in the pod: the pod's environment without that of the laptop.
pod_run() {
    mapfile -d '' -t POD_RUN < <(jq -j '.pods[] | select(.name == "podidentitydemo") | .env | to_entries[]
        | "\(.key)=\(.value)\u0000"' "$ARTICLE")
    POD_RUN=(env -i "PATH=$JAVA_HOME/bin:/usr/bin:/bin" "HOME=$WORK" "${POD_RUN[@]}" SERVER_ADDRESS=127.0.0.1
        "NODE_EXTRA_CA_CERTS=$(jq -r .ca "$ARTICLE")")
}

# app_start pod|laptop
app_start() {
    local settings run
    "$1_run"
    run=("${POD_RUN[@]}")
    [ "$1" = pod ] || run=("${LAPTOP_RUN[@]}" SERVER_ADDRESS=127.0.0.1)
    mapfile -t settings < <(demo_env article-app "$(jq -r .storage "$ARTICLE")")
    start article-app "${run[@]}" "${settings[@]}" java -Djavax.net.ssl.trustStore="$WORK/article-trust.p12" \
        -Djavax.net.ssl.trustStorePassword=changeit -jar "$DEMO_JAR"
    demo_ready article-app 90
}

# app_is CLIENT-ID: the app has a token of that identity, and reads the blobs.
app_is() {
    local url
    url=$(demo_url article-app)
    expect_status 200 "$WORK/article-identity.json" "$url/api/identity" || return 1
    expect_json "$WORK/article-identity.json" '.source == "IMDS"' ".principal.appId == \"$1\"" || return 1
    expect_status 200 "$WORK/article-blobs.json" "$url/api/blobs" || return 1
    expect_json "$WORK/article-blobs.json" '[.[].name] | index("hello.txt") != null'
}

pod_without_identity() {
    app_start pod
    no_token "$WORK/article-pod" "${POD_RUN[@]}"
    cat "$WORK/article-pod.err"
    expect_text "$WORK/article-pod.err" IMDS 'no AzureAssignedIdentity found for pod:default/podidentitydemo'
    expect_status 503 "$WORK/article-none.json" "$(demo_url article-app)/api/identity"
}

# The identity and the binding; the running app then gets its token.
pod_with_identity() {
    apply overlays/pod-identity
    wait_until 60 article-app app_is "$MANAGED"
    expect_text "$WORK/article.err" 'Status (200)'
}

# A new label does not change a token that is in use, so the pod is deleted and created again.
pod_with_principal() {
    stop article-app
    (umask 077 && openssl rand -hex 16 | tr -d '\n' > "$WORK/article-password")
    kubectl create secret generic spaccess --from-file=password="$WORK/article-password" --dry-run=client -o yaml \
        > "$WORK/article-secret.yaml"
    apply overlays/service-principal "$WORK/article-secret.yaml"
    app_start pod
    wait_until 60 article-app app_is "$PRINCIPAL"
    stop article-app
    if grep -qF "$(cat "$WORK/article-password")" "$WORK/article.err" "$WORK/article.out"; then
        fail "the password of the service principal is in a log"
    fi
}

# A current cluster: no aad-pod-identity, and a new role takes 10 minutes to work (10 s here), as in Azure at most.
workload_cluster() {
    stop article
    apply overlays/workload-identity
    printf -- '- {principal: %s, role: Storage Blob Data Reader, after: 10m}\n' "$MANAGED" > "$WORK/roles.yaml"
    cluster_start --roles "$WORK/roles.yaml"
    expect_json "$ARTICLE" '.pods[0].env | has("AZURE_FEDERATED_TOKEN_FILE") and has("AZURE_AUTHORITY_HOST")'
}

workload_blobs() {
    pod_run
    "${POD_RUN[@]}" "$(command -v node)" "$ROOT/e2e/clients/azure-identity.mjs" "$AZURE_IDENTITY_JS_HOME" workload \
        "$(jq -r .storage "$ARTICLE")/samples?restype=container&comp=list" > "$WORK/workload-blobs.txt"
}

workload_too_early() {
    workload_blobs
    expect_text "$WORK/workload-blobs.txt" '403 ' AuthorizationPermissionMismatch
}

workload_reads() {
    workload_blobs || return 1
    grep -q '^200 ' "$WORK/workload-blobs.txt" && grep -q hello.txt "$WORK/workload-blobs.txt"
}

# Pictures for the documents, which CI has no time for (e2e/pictures.sh) -----------------------------------------------

# picture NAME HEIGHT
picture() {
    [ -z "${E2E_PICTURES:-}" ] || check "screenshot: $1" screenshot "$1" "$(demo_url article-app)/" "$2"
}

# In a network of its own, where the metadata service's address is silent, as on most laptops. Nobody is signed in, so it
# needs no other network.
picture_signed_out() {
    local settings inside
    laptop_run
    mapfile -t settings < <(demo_env article-app "https://ACCOUNT.blob.core.windows.net")
    # shellcheck disable=SC2016
    start article-app unshare --net sh -c 'ip link set lo up && ip address add 169.254.169.254/32 dev lo \
        && { "$0" "$1" 169.254.169.254 80 & } && shift && exec "$@"' "$PYTHON" "$ROOT/e2e/stubs/blackhole.py" \
        "${LAPTOP_RUN[@]}" SERVER_ADDRESS=127.0.0.1 "${settings[@]}" java -jar "$DEMO_JAR"
    inside=(nsenter "--net=/proc/$(cat "$WORK/article-app.pid")/ns/net")
    wait_until 90 article-app "${inside[@]}" curl -sf --noproxy '*' -o "$WORK/signed-out.html" "$(demo_url article-app)/"
    screenshot signed-out "$(demo_url article-app)/" 1050 "${inside[@]}" chromium
    stop article-app
}

laptop_app() {
    app_start laptop
    expect_status 200 "$WORK/article-blobs.json" "$(demo_url article-app)/api/blobs"
}

# The role takes an hour of the cluster here, so that the app has a minute to start.
workload_without_role() {
    stop article
    printf -- '- {principal: %s, role: Storage Blob Data Reader, after: 60m}\n' "$MANAGED" > "$WORK/roles.yaml"
    cluster_start --roles "$WORK/roles.yaml"
    app_start pod
    expect_status 403 "$WORK/article-blobs.json" "$(demo_url article-app)/api/blobs"
}

workload_with_role() {
    wait_until 90 article-app expect_status 200 "$WORK/article-blobs.json" "$(demo_url article-app)/api/blobs"
}

article_no_secret() {
    expect_no_secret "$WORK/article.err" "$WORK/article-app.out" "$WORK/article-app.err" "$WORK"/article-*.json "$WORK"/article-*.err
}

apply_unbound
check "a cluster with only the pod; 60 of its seconds pass in one" cluster_start
if [ -n "${E2E_PICTURES:-}" ]; then
    check "screenshot: signed-out" picture_signed_out
fi
check "laptop, not signed in: no token, and the message says 'az login'" laptop_without_login
check "laptop, after az login: a token of the developer" laptop_with_login
if [ -n "${E2E_PICTURES:-}" ]; then
    check "laptop, after az login: the app" laptop_app
    picture signed-in 1050
    stop article-app
fi
check "pod without an identity: NMI waits its 80 s and refuses, the app says so" pod_without_identity
picture pod-without-identity 1050
check "pod with AzureIdentity and binding: a token, and the blobs" pod_with_identity
picture pod-identity 1150
check "pod with a service principal: its token, and the blobs" pod_with_principal
check "a cluster with workload identity" workload_cluster
check "workload identity: a token, but the role does not work yet" workload_too_early
check "workload identity: the blobs, ten minutes of the cluster later" wait_until 60 article workload_reads
if [ -n "${E2E_PICTURES:-}" ]; then
    check "workload identity: the app, without the role" workload_without_role
    picture role-missing 1300
    check "workload identity: the app, with the role" workload_with_role
    picture workload-identity 1160
    stop article-app
fi
check "no token and no secret in any log" article_no_secret
stop article
