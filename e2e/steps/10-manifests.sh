# shellcheck shell=bash
# The rendered manifests of k8s/. The demo's tests check schemas, names and Pod Security in the rendered files in its
# resources; this step checks that kubectl still renders exactly these files.

manifests_rendered() {
    "$ROOT/e2e/render.sh" "$WORK/rendered"
    mv "$WORK/rendered/rule-group.json" "$WORK/"
    diff "$ROOT/k8s/monitoring/azure/rule-group.json" "$WORK/rule-group.json" || fail "k8s/monitoring/rules.yaml has changed: run e2e/render.sh"
    diff -r "$ROOT/demo-app/src/test/resources/manifests/rendered" "$WORK/rendered" \
        || fail "k8s/ has changed: run e2e/render.sh and check the difference"
}

# The files contain no secret: a comment says which command creates it.
manifests_no_secret() {
    if grep -rn '^kind: Secret' "$ROOT/k8s" "$WORK/rendered"; then fail "there is a secret in k8s/"; fi
    expect_text "$ROOT/k8s/overlays/service-principal/azure-identity.yaml" 'kubectl create secret generic spaccess'
}

# NMI answers at one address before 1.6.2 and at another one since; the policies of the overlays know both.
manifests_explained() {
    local overlay profile secret=$WORK/explained-secret.yaml
    kubectl create secret generic spaccess --from-literal=password=made-up --dry-run=client -o yaml > "$secret"
    for overlay in pod-identity service-principal; do
        for profile in 1.5.4 1.8.17; do
            kubectl kustomize "$ROOT/k8s/overlays/$overlay" \
                | java -jar "$ROOT/podid/target/podid.jar" explain --profile "$profile" - "$secret" > "$WORK/explained.txt"
            expect_text "$WORK/explained.txt" "profile $profile" 'Gets  a token of default/'
        done
    done
}

# k8s/configure.sh writes an overlay with all values and no placeholder, and refuses what would not work.
manifests_configured() {
    local settings=(IMAGE=poddocuments.azurecr.io/podidentitydemo@sha256:0123 STORAGE_ENDPOINT=https://account.blob.core.windows.net/
        CLIENT_ID=a0b0c0d0-0000-4000-8000-00000000e2e0 NETWORK=cilium PULL_SECRET=from-here NAMESPACE=apart)
    rm -rf "$WORK/configured"
    mkdir "$WORK/configured"
    cp -r "$ROOT/k8s" "$WORK/configured/"
    rm -rf "$WORK/configured/k8s/mine"
    cp "$ROOT/k8s/settings.example.env" "$WORK/configured/k8s/settings.env"
    for kind in pod deployment; do
        "$WORK/configured/k8s/configure.sh" "${settings[@]}" KIND="$kind" MONITORING=azure
        kubectl kustomize "$WORK/configured/k8s/mine" > "$WORK/configured/$kind.yaml"
        expect_text "$WORK/configured/$kind.yaml" 'image: poddocuments.azurecr.io/podidentitydemo@sha256:0123' 'namespace: apart' \
            'value: https://account.blob.core.windows.net' 'client-id: a0b0c0d0' 'name: from-here' 'kind: CiliumNetworkPolicy' \
            'azmonitoring.coreos.com'
    done
    expect_text "$WORK/configured/deployment.yaml" 'kind: Deployment'
    "$WORK/configured/k8s/configure.sh" "${settings[@]}" MODE=service-principal NODE_SUBNET=10.1.0.0/24 \
        TENANT_ID=a0b0c0d0-0000-4000-8000-00000000e2e1
    kubectl kustomize "$WORK/configured/k8s/mine" > "$WORK/configured/own-subnet.yaml"
    expect_text "$WORK/configured/own-subnet.yaml" 'cidr: 127.0.0.1/32' 'cidr: 10.1.0.0/24'
    refused 'unknown setting "CLIENTID"' CLIENTID=x
    refused 'the client ID cannot be ""' IMAGE=a/b:1 STORAGE_ENDPOINT=https://a.example
    refused 'k8s/settings.env, line 1: unknown setting' # by the file of the next line
}

# refused TEXT [NAME=VALUE...]
refused() {
    local text=$1 status=0
    shift
    [ $# -gt 0 ] || echo 'SECRET=x' > "$WORK/configured/k8s/settings.env"
    "$WORK/configured/k8s/configure.sh" "$@" 2> "$WORK/configured/refused.txt" || status=$?
    expect_equal 2 "$status"
    expect_text "$WORK/configured/refused.txt" "$text"
}

# The pipelines are YAML, and shellcheck finds nothing in their scripts.
manifests_pipelines() {
    "$PYTHON" - "$ROOT/.github/workflows/deploy.yml" "$ROOT/k8s/azure/azure-pipelines.yml" > "$WORK/pipelines.sh" << 'END'
import sys, yaml

github, azure = (yaml.safe_load(open(path)) for path in sys.argv[1:])
scripts = [step["run"] for step in github["jobs"]["deploy"]["steps"] if "run" in step]
scripts += [step["inputs"]["inlineScript"] for step in azure["steps"] if "inputs" in step]
assert len(scripts) == 3 and github["permissions"]["id-token"] == "write"
print("\n".join(["set -e", *scripts]))
END
    shellcheck -s bash -e SC2153 "$WORK/pipelines.sh"
}

check "k8s/ renders to what the demo's tests check" manifests_rendered
check "k8s/ contains no secret" manifests_no_secret
check "podid explain: a token with both overlays of aad-pod-identity, under its first and its last version" manifests_explained
check "k8s/configure.sh writes an overlay of one's own, and refuses wrong values" manifests_configured
check "the pipelines for GitHub and Azure are YAML, and their scripts are sound" manifests_pipelines
