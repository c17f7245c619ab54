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
    serve article --time-scale 60 "$@" "$WORK/article-cluster"
    JVM=(java -Djavax.net.ssl.trustStore="$(of article .trustStore)" -Djavax.net.ssl.trustStorePassword=changeit -jar "$DEMO_JAR")
    LAPTOP=(env "AZURE_CONFIG_DIR=$WORK/article-azure" "REQUESTS_CA_BUNDLE=$(of article .ca)")
    pod_env article podidentitydemo
    POD_ENV+=("HOME=$WORK")
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

# app_is CONDITION...: what the app says of its identity.
app_is() {
    expect_status 200 "$WORK/article-identity.json" "$(demo_url app)/api/identity"
    expect_json "$WORK/article-identity.json" "$@"
}

# shown NAME HEIGHT [PREFIX...]: the page in docs/images, if they are to be made (e2e/pictures.sh).
shown() {
    [ -z "${E2E_PICTURES:-}" ] || picture "$1" "$2" "$(demo_url app)" "${@:3}"
}

# In a network of its own, where the metadata service's address is silent, as on most laptops. Nobody is signed in, so it
# needs no other network.
laptop_signed_out() {
    az_cloud article "${LAPTOP[@]}"
    # shellcheck disable=SC2016
    start app unshare --net sh -c 'ip link set lo up && ip address add 169.254.169.254/32 dev lo \
        && { "$0" "$1" 169.254.169.254 80 & } && shift && exec "$@"' "$PYTHON" "$ROOT/e2e/stubs/blackhole.py" \
        "${LAPTOP[@]}" "SERVER_PORT=$(port app)" DEMO_STORAGE_ENDPOINT=https://ACCOUNT.blob.core.windows.net java -jar "$DEMO_JAR"
    inside=(nsenter "--net=/proc/$(cat "$WORK/app.pid")/ns/net")
    wait_until 90 app "${inside[@]}" curl -sf --noproxy '*' -o "$WORK/signed-out.html" "$(demo_url app)/"
    expect_text "$WORK/signed-out.html" 'No token' 'az login'
    shown signed-out 1050 "${inside[@]}"
}

laptop_signed_in() {
    "${LAPTOP[@]}" az login --use-device-code --allow-no-subscriptions -o none
    app 200 "${LAPTOP[@]}"
    app_is '.source == "Azure CLI"' ".principal.userPrincipalName == \"$(of article .user)\""
    shown signed-in 1050
}

pod_without_identity() {
    app 503 "${POD_ENV[@]}"
    expect_text "$WORK/article-blobs.json" 'no AzureAssignedIdentity found for pod:default/podidentitydemo'
    shown pod-without-identity 1050
}

# The identity and the binding; the running app then gets its token.
pod_with_identity() {
    apply pod-identity
    wait_until 60 app app_answers 200
    app_is '.source == "IMDS"' ".principal.appId == \"$MANAGED\""
    expect_text "$WORK/article.err" 'Status (200)'
    shown pod-identity 1150
}

# A current cluster, without aad-pod-identity, where a new role works after an hour.
workload_without_role() {
    apply workload-identity
    printf -- '- {principal: %s, role: Storage Blob Data Reader, after: 60m}\n' "$MANAGED" > "$WORK/roles.yaml"
    stop article
    cluster --roles "$WORK/roles.yaml"
    app 403 "${POD_ENV[@]}"
    app_is '.source == "Workload identity"' ".principal.appId == \"$MANAGED\""
    shown role-missing 1300
}

workload_with_role() {
    wait_until 90 app app_answers 200
    shown workload-identity 1160
}

# What podid serve shows of all that, and its faults.
article_page() {
    node "$ROOT/e2e/activity.mjs" "$(of article .page)" "$DOWNLOADS/browser" default/podidentitydemo ${E2E_PICTURES:+"$OUT/activity.png"}
}

article_no_secret() {
    expect_no_secret "$WORK/article.err" "$WORK"/app.{out,err} "$WORK"/article-*.json "$WORK/signed-out.html"
}

# The pod with its label, and nothing that the label could mean.
apply pod-identity '!/kind: AzureIdentity/'
cluster --profile 1.5.4
check "laptop, not signed in: the page says 'az login'" laptop_signed_out
check "laptop, after az login: the developer's token, and the blobs" laptop_signed_in
check "pod without an identity: NMI waits its 80 s and refuses, the app says so" pod_without_identity
check "pod with AzureIdentity and binding: a token, and the blobs" pod_with_identity
check "workload identity: a token, but the role does not work yet" workload_without_role
check "workload identity: the blobs, as soon as it does" workload_with_role
check "the page of podid serve in Chromium: the pod, its requests, a fault that is ordered there" article_page
check "no token and no secret in any log" article_no_secret
