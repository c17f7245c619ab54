# shellcheck shell=bash
# podid migrate: a cluster with aad-pod-identity, a managed identity and an application, all made by the real az in an
# emulated Azure. The script that it writes runs there. That pods get the same identity from old and new manifests is what
# migrate itself says by its own replay, which AgreementIT compares with podid serve.

MIGRATE=$WORK/migrate
MIGRATE_OLD=$MIGRATE/old
MIGRATE_NEW=$MIGRATE/new

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

# The manifests of somebody who followed the documents of aad-pod-identity.
migrate_manifests() {
    mkdir -p "$MIGRATE_OLD"
    cat > "$MIGRATE_OLD/identities.yaml" << EOF
apiVersion: aadpodidentity.k8s.io/v1
kind: AzureIdentity
metadata: {name: reader}
spec: {type: 0, resourceID: $(jq -r .id "$MIGRATE/identity.json"), clientID: $(jq -r .clientId "$MIGRATE/identity.json")}
---
apiVersion: aadpodidentity.k8s.io/v1
kind: AzureIdentityBinding
metadata: {name: reader}
spec: {azureIdentity: reader, selector: read}
---
apiVersion: aadpodidentity.k8s.io/v1
kind: AzureIdentity
metadata: {name: writer}
spec:
  type: 1
  tenantID: $(jq -r .tenantId "$MIGRATE/azure.json")
  clientID: $(jq -r .appId "$MIGRATE/application.json")
  clientPassword: {name: writer, namespace: default}
---
apiVersion: aadpodidentity.k8s.io/v1
kind: AzureIdentityBinding
metadata: {name: writer}
spec: {azureIdentity: writer, selector: write}
---
apiVersion: v1
kind: Secret
metadata: {name: writer}
stringData: {password: $(openssl rand -hex 16)}
EOF
    cat > "$MIGRATE_OLD/pods.yaml" << 'EOF'
apiVersion: v1
kind: Pod
metadata:
  name: web
  labels:
    aadpodidbinding: read # reads the blobs
spec:
  containers:
    - {name: web, image: shop/web:1}
---
apiVersion: v1
kind: Pod
metadata:
  name: import
  labels: {aadpodidbinding: write}
spec:
  serviceAccountName: importer
  containers:
    - {name: import, image: shop/import:1}
EOF
}

migrate_runs() {
    migrate_manifests
    java -jar "$PODID_JAR" migrate "$MIGRATE_OLD" -o "$MIGRATE_NEW" > "$MIGRATE/migrate.out"
    cp "$MIGRATE_NEW/REPORT.md" "$OUT/migrate-report.md"
    expect_equal 2 "$(grep -c '^same ' "$MIGRATE/migrate.out")"
    shellcheck "$MIGRATE_NEW/azure.sh"
    # What no line had to change is as it was.
    expect_text "$MIGRATE_NEW/pods.yaml" 'azure.workload.identity/use: "true" # reads the blobs' \
        '- {name: import, image: shop/import:1}'
}

migrate_script() {
    local began status=0
    migrate_az sh "$MIGRATE_NEW/azure.sh" 2> "$MIGRATE/unset.err" || status=$?
    expect_equal 2 "$status"
    migrate_az env CLUSTER_GROUP=demo CLUSTER=demo "$MIGRATE_NEW/azure.sh" 2> "$MIGRATE/first.err" || {
        cat "$MIGRATE/first.err" >&2
        fail "azure.sh fails"
    }
    expect_text "$MIGRATE/first.err" 'turning on the OIDC issuer' 'identity reader: creating' 'creating the federated credential for'
    began=$(($(wc -l < "$WORK/migrate-emulator.err") + 1))
    migrate_az env CLUSTER_GROUP=demo CLUSTER=demo "$MIGRATE_NEW/azure.sh" 2> "$MIGRATE/second.err"
    expect_text "$MIGRATE/second.err" 'identity reader trusts system:serviceaccount:default:reader' \
        'trusts system:serviceaccount:default:importer'
    expect_equal '' "$(tail -n "+$began" "$WORK/migrate-emulator.err" | grep -E '^entra (PUT|PATCH|DELETE|POST) ' | grep -v /oauth2/ || true)"
}

# What is in Azure now is what check asks for, byte for byte.
migrate_checked() {
    (
        cd "$MIGRATE"
        java -jar "$PODID_JAR" facts -g demo -n demo facts > facts.sh
        migrate_az sh -e facts.sh
        java -jar "$PODID_JAR" check --profile workload-identity --azure facts new
    ) > "$MIGRATE/check.out" 2>&1 || {
        cat "$MIGRATE/check.out" >&2
        fail "check finds errors"
    }
}

check "az makes a cluster, an identity and an application" migrate_azure
check "migrate writes files, a script and a report" migrate_runs
check "the script makes Azure ready, and a second run changes nothing" migrate_script
check "check finds no error in the new files and that Azure" migrate_checked
