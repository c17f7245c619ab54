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

# trust_identity SUBSCRIPTION GROUP IDENTITY: binds it to the cluster. AKS makes or uses the one federated
# credential of the identity, so you need the right to write it. az 2.85, or the extension aks-preview
trust_identity() {
    id="/subscriptions/$1/resourceGroups/$2/providers/Microsoft.ManagedIdentity/userAssignedIdentities/$3"
    known=$(az aks identity-binding list --resource-group "$CLUSTER_GROUP" --cluster-name "$CLUSTER" \
        --query "[].properties.managedIdentity.resourceId" --output tsv)
    if printf '%s\n' "$known" | grep -Fqix -e "$id"; then
        say "identity $3 is bound to $CLUSTER"
    else
        say "identity $3: binding it to $CLUSTER"
        az aks identity-binding create --resource-group "$CLUSTER_GROUP" --cluster-name "$CLUSTER" \
            --name "$3" --managed-identity-resource-id "$id" --output none
    fi
}

trust_identity 0a1b2c3d-0000-4000-8000-000000000001 shop reader shop_reader system:serviceaccount:shop:reader
exit "$LEFT"
