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

# trust_identity SUBSCRIPTION GROUP IDENTITY NAME SUBJECT
trust_identity() {
    known=$(az identity federated-credential list --subscription "$1" --resource-group "$2" \
        --identity-name "$3" --query "[].join(' ', [issuer, subject])" --output tsv)
    names=$(az identity federated-credential list --subscription "$1" --resource-group "$2" \
        --identity-name "$3" --query "[].name" --output tsv)
    if printf '%s\n' "$known" | grep -Fqx -e "$ISSUER $5"; then
        say "identity $3 trusts $5"
    elif printf '%s\n' "$names" | grep -Fqx -e "${PREFIX}_$4"; then
        refuse "identity $3" "${PREFIX}_$4"
    else
        say "identity $3: creating the federated credential for $5"
        az identity federated-credential create --subscription "$1" --resource-group "$2" \
            --identity-name "$3" --name "${PREFIX}_$4" --issuer "$ISSUER" --subject "$5" \
            --audiences "$AUDIENCE" --output none
    fi
}

trust_identity aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee shop-rg auditor shop_auditor system:serviceaccount:shop:auditor
trust_identity aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee shop-rg reader shop_reader-2 system:serviceaccount:shop:reader-2
trust_identity aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee shop-rg mailer shop_mailer-2 system:serviceaccount:shop:mailer-2
trust_identity aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee shop-rg writer shop_reader system:serviceaccount:shop:reader
exit "$LEFT"
