# shellcheck shell=bash disable=SC2016,SC2034
# k8s/azure/setup.sh and teardown.sh: the real az against the emulator's Resource Manager, with failures in the middle.
# There is no API server, so kubectl (except kustomize) and mvn are stubs that record their arguments.

SETUP=$WORK/setup
SETUP_AZURE=$SETUP/azure.json
SETUP_PORT=$(free_port)
STUB_LOG=$SETUP/tools.log

start_setup_emulator() {
    mkdir -p "$SETUP/state"
    (umask 077 && printf 'e2e-%s\n' "$(openssl rand -hex 16)" > "$SETUP/secret")
    # One fault of each kind: az itself tries again after a 500; the other two end a run.
    start setup-emulator java -jar "$ROOT/podid/target/podid.jar" serve --json --secret-file "$SETUP/secret" \
        --arm-fault 'PUT registries 500 InternalServerError' \
        --arm-fault 'PUT managedClusters failed QuotaExceeded' \
        --arm-fault 'PUT federatedIdentityCredentials 409 ConcurrentFederatedIdentityCredentialsWrites'
    wait_until 30 setup-emulator grep -q '^{' "$WORK/setup-emulator.out"
    head -1 "$WORK/setup-emulator.out" > "$SETUP_AZURE"
}

SETUP_ENV=(env "PATH=$ROOT/e2e/stubs/bin:$PATH" "AZURE_CONFIG_DIR=$SETUP/az" PYTHONWARNINGS=ignore "TMPDIR=$SETUP/tmp"
    AZURE_CORE_INSTANCE_DISCOVERY=false AZURE_CORE_COLLECT_TELEMETRY=0 AZURE_CORE_NO_COLOR=1
    "STUB_LOG=$STUB_LOG" "STUB_STATE=$SETUP/state" "STUB_KUBECTL=$(command -v kubectl)")

with_setup() {
    "${SETUP_ENV[@]}" "REQUESTS_CA_BUNDLE=$(jq -r .ca "$SETUP_AZURE")" "$@"
}

setup_sign_in() {
    local base
    base=$(jq -r .entra "$SETUP_AZURE")
    mkdir -p "$SETUP/tmp"
    # Only `az cloud register` with a file can set the address of Microsoft Graph.
    jq -n --arg base "$base" '{
        endpoints: {activeDirectory: $base, resourceManager: $base, management: $base, activeDirectoryResourceId: ($base + "/"),
            activeDirectoryGraphResourceId: ($base + "/"), microsoftGraphResourceId: ($base + "/")},
        suffixes: {storageEndpoint: "localhost", acrLoginServerEndpoint: "localhost"}}' > "$SETUP/cloud.json"
    with_setup az cloud register -n Emulated --cloud-config "@$SETUP/cloud.json"
    with_setup az cloud set -n Emulated
    with_setup az login --service-principal -u "$(jq -r .application.clientId "$SETUP_AZURE")" -p "$(cat "$SETUP/secret")" \
        -t "$(jq -r .tenantId "$SETUP_AZURE")" -o none
}

# azure_script NAME STATUS SCRIPT ARGUMENT...: runs it in its own session and records the session's process list.
azure_script() {
    local name=$1 expected=$2 script=$3 pid status=0
    shift 3
    # A simple command, so that its process is the session leader.
    setsid "${SETUP_ENV[@]}" "REQUESTS_CA_BUNDLE=$(jq -r .ca "$SETUP_AZURE")" "$ROOT/k8s/azure/$script" "$@" > "$SETUP/$name.out" 2> "$SETUP/$name.err" < /dev/null &
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

SETUP_RUN=(setup.sh --no-port-forward --port "$SETUP_PORT" --interval 1 --timeout 60 --container e2e-samples)

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
        "kubectl port-forward -n default pod/podidentitydemo $SETUP_PORT:8080"
    # The applied manifests contain the values from Azure and none of the overlay's placeholders.
    local client
    client=$(with_setup az identity show -g podidentitydemo -n podidentitydemo --query clientId -o tsv)
    expect_text "$SETUP/state/applied.yaml" "azure.workload.identity/client-id: $client" "/podidentitydemo:0.1.0" \
        "value: $(jq -r .storage "$SETUP_AZURE")" 'value: e2e-samples' 'kind: CiliumNetworkPolicy'
    expect_equal cilium "$(with_setup az aks show -g podidentitydemo -n podidentitydemo --query networkProfile.networkDataplane -o tsv)"
}

setup_again_changes_nothing() {
    local began
    began=$(log_end)
    azure_script fourth 0 "${SETUP_RUN[@]}"
    expect_equal '' "$(changes "$began")"
    expect_text "$STUB_LOG" 'everything unchanged'
    ! grep -E '^   az (.* )?(create|update|delete)' "$SETUP/fourth.err" || fail "it changed something"
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
    for secret in "$SETUP/secret" "$SETUP/state/secret" "$SETUP/state/first-secret"; do
        ! grep -lF -e "$(cat "$secret")" "${files[@]}" || fail "a password was shown: $(basename "$secret")"
    done
    ! grep -lF 'emulated-cluster-credential' "${files[@]}" || fail "the cluster's credential was shown"
    expect_equal '' "$(find "$SETUP/tmp" -mindepth 1 -name 'pod-identity.*')"
    expect_equal '' "$(find "$ROOT/k8s/azure" -name '.setup.*')"
}

setup_torn_down() {
    with_setup az group create -n somebodys -l northeurope -o none
    azure_script not-ours 2 teardown.sh --yes --group somebodys
    expect_text "$SETUP/not-ours.err" 'setup.sh did not create the group somebodys'
    azure_script unasked 2 teardown.sh
    expect_text "$SETUP/unasked.err" 'this deletes the group podidentitydemo and everything in it: add --yes'
    azure_script teardown 0 teardown.sh --yes --delete-application
    expect_equal somebodys "$(with_setup az group list --query '[].name' -o tsv)"
    expect_equal '' "$(with_setup az ad app list --display-name podidentitydemo --query '[].appId' -o tsv)"
    azure_script teardown-again 0 teardown.sh --yes
    expect_text "$SETUP/teardown-again.err" 'there is none'
}

check "an emulated Resource Manager with planned failures" start_setup_emulator
check "the real az signs in to it" setup_sign_in
check "setup.sh explains its usage, and refuses a name that is a command" setup_wrong_use
check "a dry run prints every command, in all modes, and sends no request" setup_dry_run
check "setup.sh stops where creating the cluster fails" setup_fails_at_the_cluster
check "a second run repairs the cluster, and stops at the federated credential" setup_fails_at_the_credential
check "a third run completes" setup_completes
check "Azure contains what it should" setup_made_it
check "a fourth run changes nothing" setup_again_changes_nothing
check "the dry run's lines can be pasted" setup_dry_run_pasted
check "the modes of aad-pod-identity: refused without it, completed with it" setup_other_modes
check "your own application, from a file" setup_from_env_file
check "no secret on a command line, in a transcript, or left behind" setup_keeps_secrets
check "teardown.sh removes everything that setup.sh created, and nothing else" setup_torn_down
stop setup-emulator
