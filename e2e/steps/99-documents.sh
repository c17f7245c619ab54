# shellcheck shell=bash
# Every shell block of README.md, docs/from-the-article.md and k8s/README.md, in order: the real az against the emulated Azure,
# the real java and kubectl kustomize; mvn, docker and kubectl's other commands are stubs (the real ones run in other steps). A
# block that cannot run says why. They run in a tree of their own, so that they write nothing into this one. Those of
# k8s/README.md take more than a minute and run the scripts of step 96 once more, so CI leaves them out.

DOCUMENTS=$WORK/documents

documents_begin() {
    azure_start documents
    azure_sign_in documents
    mkdir -p "$DOCUMENTS/tree/demo-app/target"
    copy_k8s "$DOCUMENTS/tree"
    ln -s "$ROOT/pom.xml" "$ROOT/podid" "$ROOT/token-provider" "$DOCUMENTS/tree/"
}

# document FILE: runs its blocks and writes a transcript.
document() {
    local transcript self
    transcript=$OUT/document-$(tr '/' '-' <<< "$1").txt
    # Whoever is signed in here is an application, which az shows by another command than a user.
    self="az ad sp show --id $(of documents-emulator .application.clientId)"
    azure_env documents
    "$PYTHON" "$ROOT/e2e/documents.py" "$ROOT/$1" GROUP=documents LOCATION=northeurope REGISTRY=poddocuments ACCOUNT=poddocuments \
        CLUSTER=documents SUBSCRIPTION="$("${AZURE_ENV[@]}" az account show --query id -o tsv)" \
        "az ad signed-in-user show=$self" CLIENT-ID=a0b0c0d0-0000-4000-8000-00000000e2e0 > "$DOCUMENTS/script.sh"
    cd "$DOCUMENTS/tree" || exit 1
    expect_exit 0 "$transcript" "${AZURE_ENV[@]}" "STUB_ROOT=$DOCUMENTS/tree" STUB_NO_FORWARD=yes "KUBECONFIG=$DOCUMENTS/kubeconfig" \
        "DOCKER_CONFIG=$DOCUMENTS/docker" bash -euo pipefail "$DOCUMENTS/script.sh"
    expect_no_secret "$transcript"
    tail -n 1 "$transcript"
}

# What the blocks set up in Azure and in the cluster.
documents_did_it() {
    document k8s/README.md
    expect_text "$OUT/document-k8s-README.md.txt" 'successfully rolled out' 'default/podidentitydemo' 'blocks of'
    expect_text "$DOCUMENTS/tools.log" 'docker build --platform linux/amd64' 'docker push' 'jib:build' 'kubectl rollout undo' \
        'kubectl create secret generic spaccess' 'kubectl exec pod/podidentitydemo -- java -jar /app/token-provider.jar explain'
    expect_text "$DOCUMENTS/state/applied.yaml" 'type: 1' "clientID: "
    azure_env documents
    expect_text "$OUT/document-k8s-README.md.txt" 'hello.txt'
    expect_equal '' "$("${AZURE_ENV[@]}" az group list --query '[].name' -o tsv)"
}

check "an emulated Azure for the documents' commands" documents_begin
check "the shell blocks of README.md" document README.md
check "the shell blocks of docs/from-the-article.md" document docs/from-the-article.md
[ -n "${E2E_QUICK:-}" ] || check "the shell blocks of k8s/README.md, and they did what they say" documents_did_it
