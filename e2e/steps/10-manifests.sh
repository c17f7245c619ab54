# shellcheck shell=bash
# What k8s/ renders to. The demo's tests check shapes, names and Pod Security on the rendered files in its resources;
# here is checked that kubectl still makes these very files.

manifests_rendered() {
    "$ROOT/e2e/render.sh" "$WORK/rendered"
    diff -r "$ROOT/demo-app/src/test/resources/manifests/rendered" "$WORK/rendered" \
        || fail "k8s/ has changed: run e2e/render.sh, and look at the difference"
}

# No secret lies in the files: the command that makes it stands in a comment.
manifests_no_secret() {
    if grep -rn '^kind: Secret' "$ROOT/k8s" "$WORK/rendered"; then fail "a secret in k8s/"; fi
    expect_text "$ROOT/k8s/overlays/service-principal/azure-identity.yaml" 'kubectl create secret generic spaccess'
}

check "k8s/ renders to what the demo's tests check" manifests_rendered
check "k8s holds no secret" manifests_no_secret
