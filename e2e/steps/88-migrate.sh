# shellcheck shell=bash
# podid migrate: a cluster with aad-pod-identity, a managed identity and an application, all made by the real az in an
# emulated Azure. The script that it writes runs there. That pods get the same identity from old and new manifests is what
# migrate itself says by its own replay, which AgreementIT compares with podid serve.

MIGRATE=$WORK/migrate

migrate_az() {
    azure_env migrate
    "${AZURE_ENV[@]}" "$@"
}

migrate_azure() {
    azure_start migrate
    azure_sign_in migrate
    migrate_az az group create -n demo -l northeurope -o none
    migrate_az az aks create -g demo -n demo -l northeurope --tier free --node-count 1 --no-ssh-key -o none
    migrate_az az identity create -g demo -n reader > "$MIGRATE/identity.json"
    migrate_az az ad app create --display-name writer > "$MIGRATE/application.json"
}

# manifests MODE CLIENT-ID: of k8s/, with that identity.
manifests() {
    "$MIGRATE/k8s/configure.sh" "MODE=$1" "NAMESPACE=$1" IMAGE=shop/web:1 STORAGE_ENDPOINT=https://shop.blob.core.windows.net "CLIENT_ID=$2" \
        "TENANT_ID=$(jq -r .tenantId "$MIGRATE/azure.json")" "IDENTITY_ID=$(jq -r .id "$MIGRATE/identity.json")"
    kubectl kustomize "$MIGRATE/k8s/mine" > "$MIGRATE/old/$1.yaml"
}

migrate_runs() {
    mkdir "$MIGRATE/old"
    copy_k8s "$MIGRATE"
    manifests pod-identity "$(jq -r .clientId "$MIGRATE/identity.json")"
    manifests service-principal "$(jq -r .appId "$MIGRATE/application.json")"
    java -jar "$PODID_JAR" migrate "$MIGRATE/old" -o "$MIGRATE/new" > "$MIGRATE/migrate.out"
    cp "$MIGRATE/new/REPORT.md" "$OUT/migrate-report.md"
    expect_equal 2 "$(grep -c '^same ' "$MIGRATE/migrate.out")"
    shellcheck "$MIGRATE/new/azure.sh"
}

migrate_script() {
    local began azure_sh=(migrate_az env CLUSTER_GROUP=demo CLUSTER=demo "$MIGRATE/new/azure.sh")
    expect_exit 2 "$MIGRATE/unset.err" migrate_az sh "$MIGRATE/new/azure.sh"
    expect_exit 0 "$MIGRATE/first.err" "${azure_sh[@]}"
    expect_text "$MIGRATE/first.err" 'turning on the OIDC issuer' 'identity reader: creating' 'creating the federated credential for'
    began=$(($(wc -l < "$WORK/migrate-emulator.err") + 1))
    expect_exit 0 "$MIGRATE/second.err" "${azure_sh[@]}"
    expect_text "$MIGRATE/second.err" 'identity reader trusts system:serviceaccount:pod-identity:azureaccess' \
        'trusts system:serviceaccount:service-principal:spaccess'
    expect_equal '' "$(tail -n "+$began" "$WORK/migrate-emulator.err" | grep -E '^entra (PUT|PATCH|DELETE|POST) ' | grep -v /oauth2/ || true)"
}

# What is in Azure now is what check asks for, byte for byte.
migrate_checked() {
    cd "$MIGRATE" || exit 1
    java -jar "$PODID_JAR" facts -g demo -n demo facts > facts.sh
    migrate_az sh -e facts.sh
    expect_exit 0 check.out java -jar "$PODID_JAR" check --profile workload-identity --azure facts new
}

check "az makes a cluster, an identity and an application" migrate_azure
check "migrate writes files, a script and a report" migrate_runs
check "the script makes Azure ready, and a second run changes nothing" migrate_script
check "check finds no error in the new files and that Azure" migrate_checked
