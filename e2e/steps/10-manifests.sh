# shellcheck shell=bash
# The rendered manifests of k8s/. The demo's tests check schemas, names and Pod Security in the rendered files in its
# resources; this step checks that kubectl still renders exactly these files.

# They contain no secret: a comment says which command creates it.
manifests_rendered() {
    "$ROOT/e2e/render.sh" "$WORK/rendered"
    mv "$WORK/rendered/rule-group.json" "$WORK/"
    diff "$ROOT/k8s/monitoring/azure/rule-group.json" "$WORK/rule-group.json" || fail "k8s/monitoring/rules.yaml has changed: run e2e/render.sh"
    diff -r "$ROOT/demo-app/src/test/resources/manifests/rendered" "$WORK/rendered" \
        || fail "k8s/ has changed: run e2e/render.sh and check the difference"
    ! grep -rn '^kind: Secret' "$ROOT/k8s" "$WORK/rendered" || fail "there is a secret in k8s/"
    expect_text "$ROOT/k8s/overlays/service-principal/azure-identity.yaml" 'kubectl create secret generic spaccess'
}

configure() {
    "$WORK/configured/k8s/configure.sh" "$@"
}

# k8s/configure.sh writes an overlay with all values and no placeholder, and refuses what would not work.
manifests_configured() {
    local kind id=a0b0c0d0-0000-4000-8000-00000000e2e rendered=$WORK/configured.yaml settings
    settings=("IMAGE=poddocuments.azurecr.io/podidentitydemo@sha256:0123" STORAGE_ENDPOINT=https://account.blob.core.windows.net/
        "CLIENT_ID=${id}0" PULL_SECRET=from-here NAMESPACE=apart)
    copy_k8s "$WORK/configured"
    cp "$ROOT/k8s/settings.example.env" "$WORK/configured/k8s/settings.env"
    for kind in Pod Deployment; do
        configure "${settings[@]}" "KIND=${kind,}" NETWORK=cilium MONITORING=azure
        kubectl kustomize "$WORK/configured/k8s/mine" > "$rendered"
        expect_text "$rendered" 'image: poddocuments.azurecr.io/podidentitydemo@sha256:0123' 'namespace: apart' "kind: $kind" \
            'value: https://account.blob.core.windows.net' 'value: samples' "client-id: ${id}0" 'name: from-here' \
            'kind: CiliumNetworkPolicy' 'azmonitoring.coreos.com'
    done
    configure "${settings[@]}" MODE=none KIND=deployment
    kubectl kustomize "$WORK/configured/k8s/mine" > "$rendered"
    expect_text "$rendered" 'kind: Deployment' 'kind: PodDisruptionBudget'
    configure "${settings[@]}" MODE=service-principal NODE_SUBNET=10.1.0.0/24 "TENANT_ID=${id}1"
    kubectl kustomize "$WORK/configured/k8s/mine" > "$rendered"
    expect_text "$rendered" 'cidr: 127.0.0.1/32' 'cidr: 10.1.0.0/24' "tenantID: ${id}1" "clientID: ${id}0"
    configure "${settings[@]}" MODE=pod-identity IDENTITY_ID=/subscriptions/s/resourcegroups/g/mine
    kubectl kustomize "$WORK/configured/k8s/mine" > "$rendered"
    expect_text "$rendered" 'resourceID: /subscriptions/s/resourcegroups/g/mine' 'cidr: 10.224.0.0/16'
    expect_exit 2 "$WORK/refused.txt" configure CLIENTID=x
    expect_text "$WORK/refused.txt" 'unknown setting "CLIENTID"'
    expect_exit 2 "$WORK/refused.txt" configure IMAGE=a/b:1 STORAGE_ENDPOINT=https://a.example
    expect_text "$WORK/refused.txt" 'the client ID cannot be ""'
    echo 'SECRET=x' > "$WORK/configured/k8s/settings.env"
    expect_exit 2 "$WORK/refused.txt" configure
    expect_text "$WORK/refused.txt" 'k8s/settings.env, line 1: unknown setting'
}

# The pipelines are YAML, and shellcheck finds nothing in their scripts.
manifests_pipelines() {
    local file
    for file in .github/workflows/{deploy,release}.yml k8s/azure/azure-pipelines.yml check/action.yml templates/{check,azure-check}.yml; do
        yaml_to_json < "$ROOT/$file" | jq -r '.. | .run?, .bash?, .inlineScript? | strings'
    done > "$WORK/pipelines.sh"
    expect_text "$WORK/pipelines.sh" GITHUB_ENV BUILD_SOURCEVERSION GITHUB_PATH AGENT_TEMPDIRECTORY folder.jdk
    shellcheck -s bash -e SC2153,SC2164 "$WORK/pipelines.sh"
}

check "k8s/ renders to what the demo's tests check, and contains no secret" manifests_rendered
check "k8s/configure.sh writes an overlay of one's own, and refuses wrong values" manifests_configured
check "the pipelines are YAML, and their scripts are sound" manifests_pipelines
