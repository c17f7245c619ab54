// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate;

import io.podidentity.podid.migrate.MovePlan.Federation;
import io.podidentity.podid.text.ShellWord;
import io.podidentity.podid.text.YamlText;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Writes what makes Azure ready: a script, in which every value of a manifest is one quoted word, and roles. */
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

    private static final String ROLES = """
        apiVersion: rbac.authorization.k8s.io/v1
        kind: ClusterRole
        metadata:
          name: %2$s
        rules:
          - verbs: [use-managed-identity]
            apiGroups: [cid.wi.aks.azure.com]
            resources: [%1$s]
        ---
        apiVersion: rbac.authorization.k8s.io/v1
        kind: ClusterRoleBinding
        metadata:
          name: %3$s
        roleRef:
          apiGroup: rbac.authorization.k8s.io
          kind: ClusterRole
          name: %2$s
        subjects:
          - kind: ServiceAccount
            name: %4$s
            namespace: %5$s
        """;

    private static final String CLIENT_COMMAND = "trust_client";
    private static final String APPLICATION_COMMAND = "trust_application";

    private AzureScript() {}

    /** @param bound whether managed identities are bound to the cluster, and not federated */
    static String of(List<MovePlan> plans, boolean bound) {
        Map<String, Federation> all = new LinkedHashMap<>();
        plans.stream().flatMap(plan -> plan.federations().stream()).forEach(one -> all.putIfAbsent(one.key(), one));
        Set<String> used = all.values().stream().map(AzureScript::command).collect(Collectors.toSet());
        return HEAD
                + CLUSTER
                + (used.equals(Set.of(APPLICATION_COMMAND)) ? "" : bound ? BOUND : MANAGED)
                + (used.contains(CLIENT_COMMAND) ? LOOKED_UP : "")
                + (used.contains(APPLICATION_COMMAND) ? APPLICATION : "")
                + calls(plans, List.copyOf(all.values()))
                + "exit \"$LEFT\"\n";
    }

    /**
     * Whether environments give one account different identities, and so are different clusters. Each is federated
     * alone then: else the pods of one cluster would be trusted by the identity of another.
     */
    static boolean wantsEnvironment(List<MovePlan> plans) {
        Map<String, Set<Set<String>>> identities = plans.stream()
                .flatMap(plan -> plan.federations().stream()
                        .collect(Collectors.groupingBy(
                                Federation::subject,
                                Collectors.mapping(one -> one.identity().key(), Collectors.toSet())))
                        .entrySet()
                        .stream())
                .collect(Collectors.groupingBy(
                        Map.Entry::getKey, Collectors.mapping(Map.Entry::getValue, Collectors.toSet())));
        return identities.values().stream().anyMatch(one -> one.size() > 1);
    }

    /**
     * The roles by which service accounts may use identities that are bound to a cluster, by the names of their files;
     * of clusters that give one account different identities each has its own.
     *
     * @see <a href="https://learn.microsoft.com/azure/aks/identity-bindings">Identity bindings</a>
     */
    static Map<String, String> roles(List<MovePlan> plans) {
        var files = new LinkedHashMap<String, String>();
        if (!wantsEnvironment(plans)) {
            files.put("workload-identity-roles.yaml", rolesOf(plans));
            return files;
        }
        for (MovePlan plan : plans) {
            String name = plan.environment().replaceAll("[^A-Za-z0-9]+", "-");
            files.put("workload-identity-roles-" + name + ".yaml", rolesOf(List.of(plan)));
        }
        return files;
    }

    private static String rolesOf(List<MovePlan> plans) {
        return plans.stream()
                .flatMap(plan -> plan.federations().stream())
                .filter(one -> one.identity().isManaged())
                .map(AzureScript::role)
                .distinct()
                .collect(Collectors.joining("---\n"));
    }

    private static String role(Federation one) {
        String namespace = one.account().namespace();
        String name = one.account().name();
        String clientId = one.identity().clientId().toLowerCase(Locale.ROOT);
        return ROLES.formatted(
                YamlText.of(clientId),
                YamlText.of("use-" + clientId),
                YamlText.of("use-" + clientId + "-" + namespace + "-" + name),
                YamlText.of(name),
                YamlText.of(namespace));
    }

    private static String calls(List<MovePlan> plans, List<Federation> all) {
        if (!wantsEnvironment(plans)) {
            return lines(all, "");
        }
        List<String> names =
                plans.stream().map(plan -> ShellWord.quoted(plan.environment())).toList();
        String cases = plans.stream()
                .map(plan -> "    " + ShellWord.quoted(plan.environment()) + ")\n"
                        + lines(plan.federations(), "        ") + "        ;;\n")
                .collect(Collectors.joining());
        return "# These are different clusters, with other identities for the same account: say which one CLUSTER is.\n"
                + "case \"${ENVIRONMENT:-}\" in\n" + cases
                + "    *)\n        say 'azure.sh: set ENVIRONMENT to one of:' "
                + String.join(" ", names) + "\n        exit 2\n        ;;\nesac\n";
    }

    private static String lines(List<Federation> federations, String indent) {
        return federations.stream().map(one -> indent + call(one) + "\n").collect(Collectors.joining());
    }

    private static String command(Federation one) {
        return !one.identity().isManaged()
                ? APPLICATION_COMMAND
                : one.identity().place().isPresent() ? "trust_identity" : CLIENT_COMMAND;
    }

    private static String call(Federation one) {
        MovedIdentity identity = one.identity();
        Stream<String> which = identity.place()
                .map(place -> Stream.of(place.subscription(), place.group(), place.name()))
                .orElseGet(() -> identity.isManaged()
                        ? Stream.of(identity.clientId())
                        : Stream.of(identity.clientId(), identity.tenantId()));
        return Stream.of(Stream.of(command(one)), which, Stream.of(one.name(), one.subject()))
                .flatMap(words -> words)
                .map(ShellWord::quoted)
                .collect(Collectors.joining(" "));
    }
}
