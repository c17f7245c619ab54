# shellcheck shell=bash
# The rendered manifests of k8s/. The demo's tests check schemas, names and Pod Security in the rendered files in its
# resources; this step checks that kubectl still renders exactly these files.

manifests_rendered() {
    "$ROOT/e2e/render.sh" "$WORK/rendered"
    diff -r "$ROOT/demo-app/src/test/resources/manifests/rendered" "$WORK/rendered" \
        || fail "k8s/ has changed: run e2e/render.sh and check the difference"
}

# The files contain no secret: a comment says which command creates it.
manifests_no_secret() {
    if grep -rn '^kind: Secret' "$ROOT/k8s" "$WORK/rendered"; then fail "there is a secret in k8s/"; fi
    expect_text "$ROOT/k8s/overlays/service-principal/azure-identity.yaml" 'kubectl create secret generic spaccess'
}

check "k8s/ renders to what the demo's tests check" manifests_rendered
check "k8s/ contains no secret" manifests_no_secret
