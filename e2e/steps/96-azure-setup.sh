# shellcheck shell=bash disable=SC2016
# k8s/azure/setup.sh and teardown.sh: the real az against the emulator's Resource Manager, with failures in the middle.
# There is no API server, so kubectl (except kustomize), docker and mvn are stubs that record their arguments. The scripts run
# in a tree of their own, so that they write nothing into this one.

SETUP=$WORK/setup
TREE=$SETUP/tree
TOOLS=$SETUP/tools.log
RUN=(setup.sh --no-port-forward --builder jib --port "$(port setup)" --interval 1 --timeout 60 --container e2e-samples)

# One fault of each kind: az itself tries again after a 500; the other two end a run.
setup_begin() {
    azure_start setup \
        --arm-fault 'PUT registries 500 InternalServerError' \
        --arm-fault 'PUT managedClusters failed QuotaExceeded' \
        --arm-fault 'PUT federatedIdentityCredentials 409 ConcurrentFederatedIdentityCredentialsWrites'
    azure_sign_in setup
    mkdir -p "$TREE/demo-app/target"
    copy_k8s "$TREE"
}

with_setup() {
    azure_env setup
    "${AZURE_ENV[@]}" "STUB_ROOT=$TREE" "$@"
}

# azure_script NAME STATUS SCRIPT ARGUMENT...: runs it in its own session and records the session's process list.
azure_script() {
    local name=$1 expected=$2 script=$3 pid status=0
    shift 3
    azure_env setup
    # A simple command, so that its process is the session leader.
    setsid "${AZURE_ENV[@]}" "STUB_ROOT=$TREE" "$TREE/k8s/azure/$script" "$@" > "$SETUP/$name.out" 2> "$SETUP/$name.err" < /dev/null &
    pid=$!
    while kill -0 "$pid" 2> /dev/null; do
        ps -o args= -s "$pid" >> "$SETUP/processes" || true
        sleep 0.1
    done
    wait "$pid" || status=$?
    cp "$SETUP/$name.err" "$OUT/azure-$name.txt"
    [ "$status" -eq "$expected" ] || { tail -n 30 "$SETUP/$name.err" >&2; fail "exit $status, not $expected"; }
}

# mark, and the requests since then that change something.
mark() {
    wc -l < "$WORK/setup-emulator.err" > "$SETUP/mark"
}

changes() {
    tail -n "+$(($(cat "$SETUP/mark") + 1))" "$WORK/setup-emulator.err" | grep -E '^(entra|storage) (PUT|PATCH|DELETE|POST) ' \
        | grep -vE '/oauth2/|getByIds|listClusterUserCredential|checkNameAvailability' || true
}

setup_wrong_use() {
    azure_script help 0 setup.sh --help
    expect_text "$SETUP/help.out" 'usage: k8s/azure/setup.sh' '--dry-run'
    azure_script injection 2 setup.sh --group 'a; rm -rf /'
    expect_text "$SETUP/injection.err" 'setup.sh: --group cannot be "a; rm -rf /"'
    expect_exit 3 "$SETUP/nobody.err" with_setup "AZURE_CONFIG_DIR=$SETUP/nobody" "$TREE/k8s/azure/setup.sh"
    expect_text "$SETUP/nobody.err" 'nobody is signed in to Azure: run az login'
}

# It needs neither az nor a sign-in, and sends no request.
setup_dry_run() {
    mark
    azure_script dry-run 0 "${RUN[@]}" --dry-run
    shellcheck -s bash -S error "$SETUP/dry-run.out"
    expect_equal "$(cat "$SETUP/mark")" "$(wc -l < "$WORK/setup-emulator.err")"
    expect_text "$SETUP/dry-run.out" 'az aks create' '--enable-oidc-issuer --enable-workload-identity' \
        '--assignee-object-id "$PRINCIPAL_ID" --assignee-principal-type ServicePrincipal' 'kubectl port-forward'
}

# The registry is created although its first request is answered with 500: az tries again. The second run repairs the cluster.
setup_fails_and_continues() {
    azure_script first 1 "${RUN[@]}"
    expect_text "$SETUP/first.err" QuotaExceeded 'stopped at "AKS cluster podidentitydemo' 'run the same command again and it continues'
    expect_text "$WORK/setup-emulator.err" 'registries/podid'
    azure_script second 1 "${RUN[@]}"
    expect_text "$SETUP/second.err" 'az aks update' ConcurrentFederatedIdentityCredentialsWrites \
        'stopped at "federated credential podidentitydemo'
}

# The applied manifests contain the values from Azure, and Azure what they need: a federated credential, roles, and the blob.
setup_completes() {
    local client of=(-g podidentitydemo -n podidentitydemo)
    azure_script third 0 "${RUN[@]}"
    expect_text "$SETUP/third.err" 'already exists' 'the pod reads blobs: yes' 'Done.'
    expect_text "$TOOLS" 'mvn: 700 600' '00000000-0000-0000-0000-000000000000' 'jib:build' 'everything created' \
        "kubectl port-forward -n default --address 127.0.0.1 pod/podidentitydemo $(port setup):8080"
    client=$(with_setup az identity show "${of[@]}" --query clientId -o tsv)
    expect_text "$SETUP/state/applied.yaml" "azure.workload.identity/client-id: $client" "/podidentitydemo@$(cat "$TREE/demo-app/target/jib-image.digest")" \
        "value: $(of setup-emulator .storage)" 'value: e2e-samples' 'kind: CiliumNetworkPolicy'
    expect_equal cilium "$(with_setup az aks show "${of[@]}" --query networkProfile.networkDataplane -o tsv)"
    expect_equal "https://northeurope.oic.prod-aks.azure.com/$(of setup-emulator .tenantId)/ system:serviceaccount:default:podidentitydemo" \
        "$(with_setup az identity federated-credential list -g podidentitydemo --identity-name podidentitydemo \
            --query "join(' ', [[0].issuer, [0].subject])" -o tsv | sed -E 's#/[0-9a-f-]{36}/ #/ #')"
    expect_equal 'Storage Blob Data Contributor,Storage Blob Data Reader' "$(with_setup az role assignment list --fill-principal-name false \
        --scope "$(with_setup az storage account list -g podidentitydemo --query '[0].id' -o tsv)" \
        --query '[?principalType==`ServicePrincipal`].roleDefinitionName' -o tsv | sort | paste -sd,)"
}

# A port that was asked for is never replaced, and another program's answer never counts as the pod's.
setup_again_changes_nothing() {
    mark
    start other-program "$PYTHON" -m http.server --bind 127.0.0.1 --directory "$SETUP/tmp" "$(port setup)"
    wait_until 60 other-program answers "http://127.0.0.1:$(port setup)/"
    azure_script fourth 1 "${RUN[@]}"
    stop other-program
    expect_text "$SETUP/fourth.err" 'Address already in use' "cannot forward port $(port setup)"
    expect_equal '' "$(changes)"
    expect_text "$TOOLS" 'everything unchanged'
    ! grep -E '^   az (.* )?(create|update|delete)' "$SETUP/fourth.err" || fail "it changed something"
}

# Now by the Dockerfile, as two pods that are rolled out. Its digest is new, so the same tag is deployed again.
setup_new_image_is_deployed() {
    mark
    azure_script deployment 0 "${RUN[@]}" --builder docker --deployment --monitoring azure
    expect_equal '' "$(changes)"
    expect_text "$SETUP/deployment.err" 'kubectl delete pod podidentitydemo' 'its identity is'
    expect_text "$TOOLS" '--password-stdin' 'docker build -q --platform linux/amd64' 'docker push' 'everything configured' \
        'kubectl rollout status deployment/podidentitydemo' "deployment/podidentitydemo $(port setup):8080"
    expect_text "$SETUP/state/applied.yaml" 'kind: Deployment' 'kind: PodDisruptionBudget' 'azmonitoring.coreos.com' \
        "@sha256:$(echo docker | sha256sum | cut -d' ' -f1)"
}

# Pasting the dry run's lines does the same.
setup_dry_run_pasted() {
    mark
    expect_exit 0 "$SETUP/pasted.out" with_setup STUB_NO_FORWARD=yes bash -eu "$SETUP/dry-run.out"
    expect_equal '' "$(changes | grep -vE 'roleAssignments|/e2e-samples/hello.txt')"
}

# There is no secret in the output, in the process list, or in the remaining files.
setup_keeps_secrets() {
    local files=("$SETUP"/*.out "$SETUP"/*.err "$SETUP/processes" "$TOOLS")
    [ "$(wc -l < "$SETUP/processes")" -gt 100 ] || fail "the process list was not recorded"
    expect_no_secret "${files[@]}"
    ! grep -F 'with the token as an argument' "$TOOLS" || fail "docker got the token as an argument"
    ! grep -lF 'emulated-cluster-credential' "${files[@]}" || fail "the cluster's credential was shown"
    ! grep -lF -e "$(cat "$SETUP/secret")" "${files[@]}" || fail "a password was shown"
    expect_equal '' "$(find "$SETUP/tmp" -mindepth 1 -name 'pod-identity.*')"
}

setup_torn_down() {
    with_setup az group create -n somebodys -l northeurope -o none
    azure_script not-ours 2 teardown.sh --yes --group somebodys
    expect_text "$SETUP/not-ours.err" 'setup.sh did not create the group somebodys'
    azure_script unasked 2 teardown.sh
    expect_text "$SETUP/unasked.err" 'this deletes the group podidentitydemo and everything in it: add --yes'
    azure_script teardown-leaves 0 teardown.sh --yes --group nothing --cluster-group podidentitydemo --namespace apart
    expect_text "$TOOLS" 'kubectl delete deployment,pod,service'
    expect_text "$SETUP/teardown-leaves.err" 'This stays: the namespace apart'
    azure_script teardown 0 teardown.sh --yes
    expect_text "$SETUP/teardown.err" 'Nothing is left of what setup.sh created'
    expect_equal somebodys "$(with_setup az group list --query '[].name' -o tsv)"
    azure_script teardown-again 0 teardown.sh --yes
    expect_text "$SETUP/teardown-again.err" 'there is none'
}

check "an emulated Resource Manager with planned failures, and the real az signed in to it" setup_begin
check "setup.sh explains its usage, and refuses a name that is a command" setup_wrong_use
check "a dry run prints every command, and sends no request" setup_dry_run
check "setup.sh stops where creating the cluster, then the federated credential fails, and continues" setup_fails_and_continues
check "a third run completes, and Azure contains what it should" setup_completes
check "a fourth run changes nothing, and takes no answer of another program for the pod's" setup_again_changes_nothing
check "a new image is deployed by its digest, as a Deployment with monitoring" setup_new_image_is_deployed
check "the dry run's lines can be pasted" setup_dry_run_pasted
check "no secret on a command line, in a transcript, or left behind" setup_keeps_secrets
check "teardown.sh removes everything that setup.sh created, and nothing else" setup_torn_down
