# shellcheck shell=bash disable=SC2154
# The walk-through, in the usual order: no identity, the developer's own; then in a pod without and with a managed identity, and
# with workload identity, whose role does not work at once. podid emulates the cluster with the manifests of k8s/, and 60 of
# its seconds pass in one. With E2E_PICTURES, the pictures for the documents are made (e2e/pictures.sh).

APPLIED=$WORK/article-cluster/applied.yaml
MANAGED=11111111-1111-1111-1111-111111111111

# apply OVERLAY [AWK-CONDITION]: what `kubectl apply -k` would do, of the documents for which that holds; podid notices.
apply() {
    mkdir -p "$WORK/article-cluster"
    kubectl kustomize "$ROOT/k8s/overlays/$1" | awk -v RS='---\n' -v ORS='---\n' "${2:-1}" > "$WORK/applied"
    mv "$WORK/applied" "$APPLIED"
}

# cluster OPTION...: podid with the applied manifests.
cluster() {
    stop article
    serve article --time-scale 60 "$@" "$WORK/article-cluster"
    JVM=(java -Djavax.net.ssl.trustStore="$(of article .trustStore)" -Djavax.net.ssl.trustStorePassword=changeit -jar "$DEMO_JAR")
    LAPTOP=(env "AZURE_CONFIG_DIR=$WORK/article-azure" "REQUESTS_CA_BUNDLE=$(of article .ca)")
    pod_env article podidentitydemo
    POD_ENV+=("HOME=$WORK")
}

laptop_without_login() {
    az_cloud article "${LAPTOP[@]}"
    expect_exit 1 "$WORK/article-laptop" "${LAPTOP[@]}" java -jar "$LIBRARY_JAR" token --resource "$STORAGE_RESOURCE"
    expect_text "$WORK/article-laptop" 'az login'
}

laptop_with_login() {
    "${LAPTOP[@]}" az login --use-device-code --allow-no-subscriptions -o none
    "${LAPTOP[@]}" java -jar "$LIBRARY_JAR" token --resource "$STORAGE_RESOURCE" | claims > "$WORK/article-laptop"
    expect_json "$WORK/article-laptop" ".upn == \"$(of article .user)\""
}

# app STATUS PREFIX...: starts the app with that prefix; its list of blobs is answered so.
app() {
    stop app
    demo app "$(of article .storage)" "${@:2}" -- "${JVM[@]}"
    app_answers "$1"
}

app_answers() {
    expect_status "$1" "$WORK/article-blobs.json" "$(demo_url app)/api/blobs"
}

pod_without_identity() {
    app 503 "${POD_ENV[@]}"
    expect_text "$WORK/article-blobs.json" 'no AzureAssignedIdentity found for pod:default/podidentitydemo'
}

# The identity and the binding; the running app then gets its token.
pod_with_identity() {
    apply pod-identity
    wait_until 60 app app_answers 200
    expect_json "$WORK/article-blobs.json" '[.[].name] | index("hello.txt") != null'
    expect_status 200 "$WORK/article-identity.json" "$(demo_url app)/api/identity"
    expect_json "$WORK/article-identity.json" '.source == "IMDS"' ".principal.appId == \"$MANAGED\""
    expect_text "$WORK/article.err" 'Status (200)'
}

# workload_cluster TIME: a current cluster, without aad-pod-identity, where a new role works after that time.
workload_cluster() {
    stop app
    apply workload-identity
    printf -- '- {principal: %s, role: Storage Blob Data Reader, after: %s}\n' "$MANAGED" "$1" > "$WORK/roles.yaml"
    cluster --roles "$WORK/roles.yaml"
}

# workload_reads STATUS TEXT
workload_reads() {
    pod_env article podidentitydemo
    "${POD_ENV[@]}" node "$ROOT/e2e/clients/azure-identity.mjs" "$AZURE_IDENTITY_JS_HOME" workload \
        "$(of article .storage)/samples?restype=container&comp=list" > "$WORK/workload.txt"
    grep -q "^$1 " "$WORK/workload.txt" && grep -q "$2" "$WORK/workload.txt"
}

workload_without_role() {
    workload_cluster 24h
    workload_reads 403 AuthorizationPermissionMismatch
}

workload_with_role() {
    workload_cluster 1m
    wait_until 60 article workload_reads 200 hello.txt
}

workload_app() {
    workload_cluster 60m
    app 403 "${POD_ENV[@]}"
}

article_no_secret() {
    expect_no_secret "$WORK/article.err" "$WORK"/app.{out,err} "$WORK"/article-*.json "$WORK/article-laptop"
}

# picture NAME HEIGHT
picture() {
    [ -z "${E2E_PICTURES:-}" ] || check "screenshot: $1" screenshot "$1" "$(demo_url app)/" "$2"
}

# In a network of its own, where the metadata service's address is silent, as on most laptops. Nobody is signed in, so it
# needs no other network.
picture_signed_out() {
    # shellcheck disable=SC2016
    start app unshare --net sh -c 'ip link set lo up && ip address add 169.254.169.254/32 dev lo \
        && { "$0" "$1" 169.254.169.254 80 & } && shift && exec "$@"' "$PYTHON" "$ROOT/e2e/stubs/blackhole.py" \
        "${LAPTOP[@]}" "SERVER_PORT=$(port app)" DEMO_STORAGE_ENDPOINT=https://ACCOUNT.blob.core.windows.net java -jar "$DEMO_JAR"
    inside=(nsenter "--net=/proc/$(cat "$WORK/app.pid")/ns/net")
    wait_until 90 app "${inside[@]}" curl -sf --noproxy '*' -o "$WORK/signed-out.html" "$(demo_url app)/"
    screenshot signed-out "$(demo_url app)/" 1050 "${inside[@]}" chromium
}

# The pod with its label, and nothing that the label could mean.
apply pod-identity '!/kind: AzureIdentity/'
cluster --profile 1.5.4
[ -z "${E2E_PICTURES:-}" ] || check "screenshot: signed-out" picture_signed_out
check "laptop, not signed in: no token, and the message says 'az login'" laptop_without_login
check "laptop, after az login: a token of the developer" laptop_with_login
if [ -n "${E2E_PICTURES:-}" ]; then
    check "laptop, after az login: the app" app 200 "${LAPTOP[@]}"
    picture signed-in 1050
fi
check "pod without an identity: NMI waits its 80 s and refuses, the app says so" pod_without_identity
picture pod-without-identity 1050
check "pod with AzureIdentity and binding: a token, and the blobs" pod_with_identity
picture pod-identity 1150
check "workload identity: a token, but the role does not work yet" workload_without_role
check "workload identity: the blobs, as soon as it does" workload_with_role
if [ -n "${E2E_PICTURES:-}" ]; then
    check "workload identity: the app, without the role" workload_app
    picture role-missing 1300
    check "workload identity: the app, with the role" wait_until 90 app app_answers 200
    picture workload-identity 1160
fi
check "no token and no secret in any log" article_no_secret
