#!/bin/sh
# Lets the identities in Azure trust the service accounts of one cluster. Made by podid migrate.
# It creates only what is missing, so it can run again; it removes nothing. Sign in first: az login
set -eu

# Your cluster: change these lines, or set the variables before you run it.
CLUSTER_GROUP=${CLUSTER_GROUP:-}
CLUSTER=${CLUSTER:-}

AUDIENCE=api://AzureADTokenExchange
LEFT=0

say() {
    printf '%s\n' "$*" >&2
}

# refuse OWNER CREDENTIAL: to create a credential of a name that is taken would overwrite it
refuse() {
    say "$1: its federated credential $2 trusts another issuer or subject. Remove it if nobody needs it, and run it again"
    LEFT=1
}

if [ -z "$CLUSTER_GROUP" ] || [ -z "$CLUSTER" ]; then
    say 'azure.sh: set CLUSTER_GROUP to the resource group of the cluster, and CLUSTER to its name'
    exit 2
fi

# The cluster issues tokens, and has the webhook.
on=$(az aks show --resource-group "$CLUSTER_GROUP" --name "$CLUSTER" \
    --query 'oidcIssuerProfile.enabled && securityProfile.workloadIdentity.enabled' --output tsv)
if [ "$on" = true ]; then
    say "cluster $CLUSTER: the OIDC issuer and workload identity are on"
else
    say "cluster $CLUSTER: turning on the OIDC issuer and workload identity, which takes minutes"
    az aks update --resource-group "$CLUSTER_GROUP" --name "$CLUSTER" --enable-oidc-issuer \
        --enable-workload-identity --output none
fi
ISSUER=$(az aks show --resource-group "$CLUSTER_GROUP" --name "$CLUSTER" \
    --query oidcIssuerProfile.issuerUrl --output tsv)
if [ -z "$ISSUER" ]; then
    say "azure.sh: cluster $CLUSTER has no OIDC issuer"
    exit 1
fi
# Clusters in two groups can have one name. The issuer tells them apart, so its sum is in each credential's name.
PREFIX=$(printf '%.40s' "$CLUSTER")_$(printf '%s' "$ISSUER" | cksum | cut -d ' ' -f 1)

# trust_application CLIENT-ID TENANT NAME SUBJECT
trust_application() {
    if [ "$(az account show --query tenantId --output tsv)" != "$2" ]; then
        say "Application $1 is of tenant $2: az login --tenant $2, and run it again"
        LEFT=1
        return
    fi
    known=$(az ad app federated-credential list --id "$1" --query "[].join(' ', [issuer, subject])" \
        --output tsv)
    names=$(az ad app federated-credential list --id "$1" --query "[].name" --output tsv)
    if printf '%s\n' "$known" | grep -Fqx -e "$ISSUER $4"; then
        say "application $1 trusts $4"
    elif printf '%s\n' "$names" | grep -Fqx -e "${PREFIX}_$3"; then
        refuse "application $1" "${PREFIX}_$3"
    else
        say "application $1: creating the federated credential for $4"
        az ad app federated-credential create --id "$1" --output none --parameters "$(
            printf '{"name": "%s", "issuer": "%s", "subject": "%s", "audiences": ["%s"]}' \
                "${PREFIX}_$3" "$ISSUER" "$4" "$AUDIENCE"
        )"
    fi
}

trust_application cccccccc-0000-4000-8000-000000000003 7e7e7e7e-0000-4000-8000-000000000007 shop_importer system:serviceaccount:shop:importer
exit "$LEFT"
