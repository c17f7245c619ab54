# shellcheck shell=bash disable=SC2016,SC2034
# k8s/azure/setup.sh and teardown.sh: the real az against the emulator's Resource Manager, with failures in the middle.
# There is no API server, so kubectl (except kustomize) and mvn are stubs that record their arguments.

SETUP=$WORK/setup
SETUP_AZURE=$SETUP/azure.json
SETUP_PORT=$(free_port)
STUB_LOG=$SETUP/tools.log

start_setup_emulator() {
    # One fault of each kind: az itself tries again after a 500; the other two end a run.
    azure_start setup \
        --arm-fault 'PUT registries 500 InternalServerError' \
        --arm-fault 'PUT managedClusters failed QuotaExceeded' \
        --arm-fault 'PUT federatedIdentityCredentials 409 ConcurrentFederatedIdentityCredentialsWrites'
}

with_setup() {
    azure_env setup
    "${AZURE_ENV[@]}" "$@"
}

# azure_script NAME STATUS SCRIPT ARGUMENT...: runs it in its own session and records the session's process list.
azure_script() {
    local name=$1 expected=$2 script=$3 pid status=0
    shift 3
    azure_env setup
    # A simple command, so that its process is the session leader.
    setsid "${AZURE_ENV[@]}" "$ROOT/k8s/azure/$script" "$@" > "$SETUP/$name.out" 2> "$SETUP/$name.err" < /dev/null &
    pid=$!
    while alive "$pid"; do
        ps -o args= -s "$pid" >> "$SETUP/processes" || true
        sleep 0.05
    done
    wait "$pid" || status=$?
    cp "$SETUP/$name.err" "$OUT/azure-$name.txt"
    if [ "$status" -ne "$expected" ]; then
        tail -n 30 "$SETUP/$name.err" >&2
        fail "exit $status, not $expected"
    fi
}

SETUP_RUN=(setup.sh --no-port-forward --builder jib --port "$SETUP_PORT" --interval 1 --timeout 60 --container e2e-samples)

# changes SINCE: the requests that change something, from that line of the emulator's log onwards.
changes() {
    tail -n "+$1" "$WORK/setup-emulator.err" | grep -E '^(entra|storage) (PUT|PATCH|DELETE|POST) ' \
        | grep -vE '/oauth2/|getByIds|listClusterUserCredential|checkNameAvailability' || true
}

log_end() {
    echo $(($(wc -l < "$WORK/setup-emulator.err") + 1))
}

setup_wrong_use() {
    azure_script help 0 setup.sh --help
    expect_text "$SETUP/help.out" 'usage: k8s/azure/setup.sh' '--dry-run' 'September 2025'
    azure_script unknown 2 setup.sh --regoin x
    expect_text "$SETUP/unknown.err" 'setup.sh: unknown option "--regoin". See --help.'
    azure_script injection 2 setup.sh --group 'a; rm -rf /'
    expect_text "$SETUP/injection.err" 'setup.sh: --group cannot be "a; rm -rf /"'
    with_setup env "AZURE_CONFIG_DIR=$SETUP/nobody" "$ROOT/k8s/azure/setup.sh" > /dev/null 2> "$SETUP/nobody.err" && fail "signed in?"
    expect_text "$SETUP/nobody.err" 'nobody is signed in to Azure: run az login'
    # A PATH with everything that the script itself needs, but without Maven.
    mkdir -p "$SETUP/no-mvn"
    ln -sf "$(command -v az)" "$(command -v kubectl)" "$(command -v curl)" /usr/bin/dirname /usr/bin/basename /usr/bin/mktemp \
        /usr/bin/rm /usr/bin/tr /usr/bin/cat "$SETUP/no-mvn"
    local status=0
    with_setup env "PATH=$SETUP/no-mvn" /bin/bash "$ROOT/k8s/azure/setup.sh" > /dev/null 2> "$SETUP/no-mvn.err" || status=$?
    expect_equal 3 "$status"
    expect_text "$SETUP/no-mvn.err" 'setup.sh: mvn is not installed, or not in PATH. Maven builds the image'
}

# It needs neither az nor a sign-in, and sends no request.
setup_dry_run() {
    local began
    began=$(log_end)
    mkdir -p "$SETUP/no-az"
    for mode in workload-identity pod-identity service-principal; do
        azure_script "dry-run-$mode" 0 "${SETUP_RUN[@]}" --dry-run --mode "$mode"
        cp "$SETUP/dry-run-$mode.out" "$OUT/azure-dry-run-$mode.sh"
        bash -n "$SETUP/dry-run-$mode.out"
        shellcheck -s bash -S error "$SETUP/dry-run-$mode.out"
    done
    expect_equal "$began" "$(log_end)"
    expect_text "$SETUP/dry-run-workload-identity.out" 'az aks create' '--enable-oidc-issuer --enable-workload-identity' \
        '--assignee-object-id "$PRINCIPAL_ID" --assignee-principal-type ServicePrincipal' 'kubectl port-forward'
    expect_text "$SETUP/dry-run-pod-identity.err" 'add-on ended in September 2025'
}

setup_fails_at_the_cluster() {
    azure_script first 1 "${SETUP_RUN[@]}"
    expect_text "$SETUP/first.err" QuotaExceeded 'stopped at "AKS cluster podidentitydemo' 'run the same command again and it continues'
    # The registry was created although its first request was answered with 500: az tried again.
    expect_text "$WORK/setup-emulator.err" 'registries/podid'
}

setup_fails_at_the_credential() {
    azure_script second 1 "${SETUP_RUN[@]}"
    expect_text "$SETUP/second.err" 'az aks update' ConcurrentFederatedIdentityCredentialsWrites \
        'stopped at "federated credential podidentitydemo'
}

setup_completes() {
    azure_script third 0 "${SETUP_RUN[@]}"
    expect_text "$SETUP/third.err" 'already exists' 'the pod reads blobs: yes' 'Done.'
    expect_text "$STUB_LOG" 'mvn: 700 600' '00000000-0000-0000-0000-000000000000' 'jib:build' 'everything created' \
        "kubectl port-forward -n default --address 127.0.0.1 pod/podidentitydemo $SETUP_PORT:8080"
    # The applied manifests contain the values from Azure and none of the overlay's placeholders.
    local client
    client=$(with_setup az identity show -g podidentitydemo -n podidentitydemo --query clientId -o tsv)
    expect_text "$SETUP/state/applied.yaml" "azure.workload.identity/client-id: $client" "/podidentitydemo@$(cat "$ROOT/demo-app/target/jib-image.digest")" \
        "value: $(jq -r .storage "$SETUP_AZURE")" 'value: e2e-samples' 'kind: CiliumNetworkPolicy'
    expect_equal cilium "$(with_setup az aks show -g podidentitydemo -n podidentitydemo --query networkProfile.networkDataplane -o tsv)"
}

# A port that was asked for is never replaced, and another program's answer never counts as the pod's.
setup_again_changes_nothing() {
    local began
    began=$(log_end)
    start other-program "$PYTHON" -m http.server --bind 127.0.0.1 --directory "$SETUP/tmp" "$SETUP_PORT"
    wait_until 60 other-program answers "http://127.0.0.1:$SETUP_PORT/"
    azure_script fourth 1 "${SETUP_RUN[@]}"
    stop other-program
    expect_text "$SETUP/fourth.err" 'unable to listen' "cannot forward port $SETUP_PORT"
    expect_equal '' "$(changes "$began")"
    expect_text "$STUB_LOG" 'everything unchanged'
    ! grep -E '^   az (.* )?(create|update|delete)' "$SETUP/fourth.err" || fail "it changed something"
}

# New code has a new digest, so the same tag is deployed again; port 8080 may be another program's.
setup_new_code_is_deployed() {
    local began
    began=$(log_end)
    echo 'new code' > "$SETUP/state/code"
    start port-8080 "$PYTHON" -m http.server --bind 127.0.0.1 --directory "$SETUP/tmp" 8080 || true
    azure_script new-code 0 setup.sh --no-port-forward --builder jib --interval 1 --timeout 60 --container e2e-samples
    stop port-8080
    expect_equal '' "$(changes "$began")"
    expect_text "$SETUP/new-code.err" 'kubectl delete pod podidentitydemo' 'its identity is'
    expect_text "$SETUP/state/applied.yaml" "@$(cat "$ROOT/demo-app/target/jib-image.digest")"
    expect_text "$STUB_LOG" 'everything configured' 'pod/podidentitydemo 8080:8080' 'pod/podidentitydemo :8080'
}

# By the Dockerfile, as two pods: rolled out and waited for.
setup_deployment() {
    azure_script deployment 0 "${SETUP_RUN[@]}" --builder docker --deployment --monitoring azure
    expect_text "$STUB_LOG" '--password-stdin' 'docker build -q --platform linux/amd64' 'docker push' \
        'kubectl rollout status deployment/podidentitydemo' "deployment/podidentitydemo $SETUP_PORT:8080"
    expect_text "$SETUP/state/applied.yaml" 'kind: Deployment' 'kind: PodDisruptionBudget' 'azmonitoring.coreos.com' \
        "@sha256:$(echo docker | sha256sum | cut -d' ' -f1)"
}

# Pasting the dry run's lines does the same.
setup_dry_run_pasted() {
    local began
    began=$(log_end)
    with_setup env STUB_NO_FORWARD=yes bash -eu "$SETUP/dry-run-workload-identity.out" > "$SETUP/pasted.out" 2>&1 || {
        tail -n 20 "$SETUP/pasted.out" >&2
        fail "the dry run's lines fail"
    }
    changes "$began" > "$SETUP/pasted.changes"
    ! grep -vE 'roleAssignments|/e2e-samples/hello.txt' "$SETUP/pasted.changes" || fail "created again"
}

# The emulator knows what was set up: the identity's federated credential, its role, and the blob.
setup_made_it() {
    local group=podidentitydemo account
    account=$(with_setup az storage account list -g $group --query '[0].id' -o tsv)
    expect_equal "https://northeurope.oic.prod-aks.azure.com/$(jq -r .tenantId "$SETUP_AZURE")/ system:serviceaccount:default:podidentitydemo" \
        "$(with_setup az identity federated-credential list -g $group --identity-name podidentitydemo \
            --query "join(' ', [[0].issuer, [0].subject])" -o tsv | sed -E 's#/[0-9a-f-]{36}/ #/ #')"
    expect_equal 'Storage Blob Data Contributor,Storage Blob Data Reader' "$(with_setup az role assignment list --scope "$account" \
        --fill-principal-name false --query '[?principalType==`ServicePrincipal`].roleDefinitionName' -o tsv | sort | paste -sd,)"
}

setup_other_modes() {
    local run=("${SETUP_RUN[@]}" --image registry.example/podidentitydemo:1)
    azure_script no-cluster 3 "${run[@]}" --mode pod-identity --cluster elsewhere
    expect_text "$SETUP/no-cluster.err" 'add-on ended in September 2025' 'a new one would have no aad-pod-identity'
    azure_script no-crd 3 "${run[@]}" --mode pod-identity
    expect_text "$SETUP/no-crd.err" 'does not know AzureIdentity' '--mode workload-identity'
    touch "$SETUP/state/crd"
    azure_script pod-identity 0 "${run[@]}" --mode pod-identity
    expect_text "$SETUP/state/applied.yaml" 'kind: AzureIdentity' 'resourcegroups/podidentitydemo/providers/Microsoft.ManagedIdentity'
    expect_text "$SETUP/pod-identity.err" 'Managed Identity Operator' 'Virtual Machine Contributor'
    azure_script service-principal 0 "${run[@]}" --mode service-principal
    [ "$(wc -c < "$SETUP/state/secret")" -ge 20 ] || fail "no password came through the pipe"
    expect_equal 0 "$(wc -l < "$SETUP/state/secret")"
    local began
    began=$(log_end)
    azure_script service-principal-again 0 "${run[@]}" --mode service-principal
    expect_equal '' "$(changes "$began")"
}

setup_from_env_file() {
    local file=$SETUP/own.env
    mv "$SETUP/state/secret" "$SETUP/state/first-secret"
    printf 'AZURE_CLIENT_ID=%s\nAZURE_TENANT_ID=%s\nAZURE_CLIENT_SECRET=from $(touch %s/run) the file\n' \
        "$(jq -r .application.clientId "$SETUP_AZURE")" "$(jq -r .tenantId "$SETUP_AZURE")" "$SETUP" > "$file"
    chmod 644 "$file"
    azure_script readable 2 "${SETUP_RUN[@]}" --image a/b:1 --mode service-principal --from-env-file "$file"
    expect_text "$SETUP/readable.err" "others can read $file: chmod 600 it first"
    chmod 600 "$file"
    azure_script env-file 0 "${SETUP_RUN[@]}" --image a/b:1 --mode service-principal --from-env-file "$file"
    expect_equal "from \$(touch $SETUP/run) the file" "$(cat "$SETUP/state/secret")"
    [ ! -e "$SETUP/run" ] || fail "the file was run"
}

# There is no secret in the output, in the process list, or in the remaining files.
setup_keeps_secrets() {
    local secret files=("$SETUP"/*.out "$SETUP"/*.err "$SETUP/processes" "$STUB_LOG")
    [ "$(wc -l < "$SETUP/processes")" -gt 100 ] || fail "the process list was not recorded"
    expect_no_secret "${files[@]}"
    ! grep -F 'with the token as an argument' "$STUB_LOG" || fail "docker got the token as an argument"
    for secret in "$SETUP/secret" "$SETUP/state/secret" "$SETUP/state/first-secret"; do
        ! grep -lF -e "$(cat "$secret")" "${files[@]}" || fail "a password was shown: $(basename "$secret")"
    done
    ! grep -lF 'emulated-cluster-credential' "${files[@]}" || fail "the cluster's credential was shown"
    expect_equal '' "$(find "$SETUP/tmp" -mindepth 1 -name 'pod-identity.*')"
    expect_equal '' "$(find "$ROOT/k8s/azure" -name '.setup.*')"
}

setup_passwords() {
    with_setup az ad app credential list --id "$(with_setup az ad app list --display-name podidentitydemo --query '[0].appId' -o tsv)" \
        --query '[].displayName' -o tsv
}

setup_torn_down() {
    with_setup az group create -n somebodys -l northeurope -o none
    with_setup az ad app credential reset --id "$(with_setup az ad app list --display-name podidentitydemo --query '[0].appId' -o tsv)" \
        --append --display-name somebodys -o none
    expect_equal 'podidentitydemo somebodys' "$(setup_passwords | xargs)"
    azure_script not-ours 2 teardown.sh --yes --group somebodys
    expect_text "$SETUP/not-ours.err" 'setup.sh did not create the group somebodys'
    azure_script unasked 2 teardown.sh
    expect_text "$SETUP/unasked.err" 'this deletes the group podidentitydemo and everything in it: add --yes'
    azure_script teardown-leaves 0 teardown.sh --yes --group nothing --cluster-group podidentitydemo --namespace apart
    expect_text "$STUB_LOG" 'kubectl delete secret spaccess -n apart' 'azureidentities.aadpodidentity.k8s.io azureaccess spaccess'
    expect_text "$SETUP/teardown-leaves.err" 'This stays:' 'the namespace apart' 'Virtual Machine Contributor' \
        'az ad app credential delete --id' 'az ad app delete --id'
    # Of the two passwords, the demo's is gone.
    expect_equal somebodys "$(setup_passwords)"
    expect_text "$SETUP/teardown-leaves.err" "without the demo's password"
    azure_script teardown 0 teardown.sh --yes --delete-application
    expect_text "$SETUP/teardown.err" 'Nothing is left of what setup.sh created'
    expect_equal somebodys "$(with_setup az group list --query '[].name' -o tsv)"
    expect_equal '' "$(with_setup az ad app list --display-name podidentitydemo --query '[].appId' -o tsv)"
    azure_script teardown-again 0 teardown.sh --yes
    expect_text "$SETUP/teardown-again.err" 'there is none'
}

check "an emulated Resource Manager with planned failures" start_setup_emulator
check "the real az signs in to it" azure_sign_in setup
check "setup.sh explains its usage, and refuses a name that is a command" setup_wrong_use
check "a dry run prints every command, in all modes, and sends no request" setup_dry_run
check "setup.sh stops where creating the cluster fails" setup_fails_at_the_cluster
check "a second run repairs the cluster, and stops at the federated credential" setup_fails_at_the_credential
check "a third run completes" setup_completes
check "Azure contains what it should" setup_made_it
check "a fourth run changes nothing, and takes no answer of another program for the pod's" setup_again_changes_nothing
check "new code is deployed by its digest, through a free port" setup_new_code_is_deployed
check "a Deployment from the Dockerfile's image, with monitoring" setup_deployment
check "the dry run's lines can be pasted" setup_dry_run_pasted
check "the modes of aad-pod-identity: refused without it, completed with it" setup_other_modes
check "your own application, from a file" setup_from_env_file
check "no secret on a command line, in a transcript, or left behind" setup_keeps_secrets
check "teardown.sh removes everything that setup.sh created, and nothing else" setup_torn_down
stop setup-emulator
