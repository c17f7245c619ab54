// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate;

import io.podidentity.podid.text.ShellWord;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Writes the script that prepares Azure. Every value of a manifest is one quoted word in it. */
final class AzureScript {

    private static final String HEAD = """
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
            printf '%s\\n' "$*" >&2
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

        """;

    private static final String CLUSTER = """
        # The cluster issues tokens, and has the webhook.
        on=$(az aks show --resource-group "$CLUSTER_GROUP" --name "$CLUSTER" \\
            --query 'oidcIssuerProfile.enabled && securityProfile.workloadIdentity.enabled' --output tsv)
        if [ "$on" = true ]; then
            say "cluster $CLUSTER: the OIDC issuer and workload identity are on"
        else
            say "cluster $CLUSTER: turning on the OIDC issuer and workload identity, which takes minutes"
            az aks update --resource-group "$CLUSTER_GROUP" --name "$CLUSTER" --enable-oidc-issuer \\
                --enable-workload-identity --output none
        fi
        ISSUER=$(az aks show --resource-group "$CLUSTER_GROUP" --name "$CLUSTER" \\
            --query oidcIssuerProfile.issuerUrl --output tsv)
        if [ -z "$ISSUER" ]; then
            say "azure.sh: cluster $CLUSTER has no OIDC issuer"
            exit 1
        fi
        # Clusters in two groups can have one name. The issuer tells them apart, so its sum is in each credential's name.
        PREFIX=$(printf '%.40s' "$CLUSTER")_$(printf '%s' "$ISSUER" | cksum | cut -d ' ' -f 1)

        """;

    private static final String MANAGED = """
        # trust_identity SUBSCRIPTION GROUP IDENTITY NAME SUBJECT
        trust_identity() {
            known=$(az identity federated-credential list --subscription "$1" --resource-group "$2" \\
                --identity-name "$3" --query "[].join(' ', [issuer, subject])" --output tsv)
            names=$(az identity federated-credential list --subscription "$1" --resource-group "$2" \\
                --identity-name "$3" --query "[].name" --output tsv)
            if printf '%s\\n' "$known" | grep -Fqx -e "$ISSUER $5"; then
                say "identity $3 trusts $5"
            elif printf '%s\\n' "$names" | grep -Fqx -e "${PREFIX}_$4"; then
                refuse "identity $3" "${PREFIX}_$4"
            else
                say "identity $3: creating the federated credential for $5"
                az identity federated-credential create --subscription "$1" --resource-group "$2" \\
                    --identity-name "$3" --name "${PREFIX}_$4" --issuer "$ISSUER" --subject "$5" \\
                    --audiences "$AUDIENCE" --output none
            fi
        }

        """;

    private static final String BOUND = """
        # trust_identity SUBSCRIPTION GROUP IDENTITY: binds it to the cluster. AKS makes or uses the one federated
        # credential of the identity, so you need the right to write it. az 2.85, or the extension aks-preview
        trust_identity() {
            id="/subscriptions/$1/resourceGroups/$2/providers/Microsoft.ManagedIdentity/userAssignedIdentities/$3"
            known=$(az aks identity-binding list --resource-group "$CLUSTER_GROUP" --cluster-name "$CLUSTER" \\
                --query "[].properties.managedIdentity.resourceId" --output tsv)
            if printf '%s\\n' "$known" | grep -Fqix -e "$id"; then
                say "identity $3 is bound to $CLUSTER"
            else
                say "identity $3: binding it to $CLUSTER"
                az aks identity-binding create --resource-group "$CLUSTER_GROUP" --cluster-name "$CLUSTER" \\
                    --name "$3" --managed-identity-resource-id "$id" --output none
            fi
        }

        """;

    private static final String LOOKED_UP = """
        # trust_client CLIENT-ID NAME SUBJECT: as above, for an identity of which the manifests do not say where it is
        trust_client() {
            id=$(az identity list --query "[?clientId=='$1'].id" --output tsv)
            if [ -z "$id" ]; then
                say "No identity of the subscription that you are signed in to has client ID $1: az account set, and run it again"
                LEFT=1
                return
            fi
            subscription=$(printf '%s' "$id" | cut -d / -f 3)
            group=$(printf '%s' "$id" | cut -d / -f 5)
            trust_identity "$subscription" "$group" "${id##*/}" "$2" "$3"
        }

        """;

    private static final String APPLICATION = """
        # trust_application CLIENT-ID TENANT NAME SUBJECT
        trust_application() {
            if [ "$(az account show --query tenantId --output tsv)" != "$2" ]; then
                say "Application $1 is of tenant $2: az login --tenant $2, and run it again"
                LEFT=1
                return
            fi
            known=$(az ad app federated-credential list --id "$1" --query "[].join(' ', [issuer, subject])" \\
                --output tsv)
            names=$(az ad app federated-credential list --id "$1" --query "[].name" --output tsv)
            if printf '%s\\n' "$known" | grep -Fqx -e "$ISSUER $4"; then
                say "application $1 trusts $4"
            elif printf '%s\\n' "$names" | grep -Fqx -e "${PREFIX}_$3"; then
                refuse "application $1" "${PREFIX}_$3"
            else
                say "application $1: creating the federated credential for $4"
                az ad app federated-credential create --id "$1" --output none --parameters "$(
                    printf '{"name": "%s", "issuer": "%s", "subject": "%s", "audiences": ["%s"]}' \\
                        "${PREFIX}_$3" "$ISSUER" "$4" "$AUDIENCE"
                )"
            fi
        }

        """;

    private AzureScript() {}

    /** @param identityBinding whether managed identities are bound to the cluster, and not federated */
    static String write(List<MovePlan> plans, boolean identityBinding) {
        Map<String, Federation> distinct = new LinkedHashMap<>();
        for (MovePlan plan : plans) {
            plan.federations().forEach(federation -> distinct.putIfAbsent(federation.key(), federation));
        }
        List<Federation> federations = List.copyOf(distinct.values());
        return HEAD
                + CLUSTER
                + writeFunctions(federations, identityBinding)
                + writeCalls(plans, federations)
                + "exit \"$LEFT\"\n";
    }

    /** Writes only the functions that the calls use. */
    private static String writeFunctions(List<Federation> federations, boolean identityBinding) {
        Set<TrustFunction> used = federations.stream().map(TrustFunction::of).collect(Collectors.toSet());
        var functions = new StringBuilder();
        if (!used.equals(Set.of(TrustFunction.APPLICATION))) {
            functions.append(identityBinding ? BOUND : MANAGED);
        }
        if (used.contains(TrustFunction.CLIENT)) {
            functions.append(LOOKED_UP);
        }
        if (used.contains(TrustFunction.APPLICATION)) {
            functions.append(APPLICATION);
        }
        return functions.toString();
    }

    private static String writeCalls(List<MovePlan> plans, List<Federation> federations) {
        if (!ClusterChoice.isNeeded(plans)) {
            return writeCalls(federations, "");
        }
        String names =
                plans.stream().map(plan -> ShellWord.quoted(plan.environment())).collect(Collectors.joining(" "));
        String cases = plans.stream().map(AzureScript::writeCase).collect(Collectors.joining());
        return "# These are different clusters, with other identities for the same account: say which one CLUSTER is.\n"
                + "case \"${ENVIRONMENT:-}\" in\n" + cases
                + "    *)\n        say 'azure.sh: set ENVIRONMENT to one of:' " + names
                + "\n        exit 2\n        ;;\nesac\n";
    }

    private static String writeCase(MovePlan plan) {
        return "    " + ShellWord.quoted(plan.environment()) + ")\n" + writeCalls(plan.federations(), "        ")
                + "        ;;\n";
    }

    private static String writeCalls(List<Federation> federations, String indent) {
        return federations.stream()
                .map(federation -> indent + TrustFunction.writeCall(federation) + "\n")
                .collect(Collectors.joining());
    }
}
