// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate;

import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.SecretReference;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.migrate.MovedIdentity.ResourceId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Writes what a person should know about the identities and the network of moved pods. */
final class MigrationNotes {

    /** Begins the names of the groups that AKS makes for the nodes of a cluster, and deletes with the cluster. */
    private static final String NODE_GROUP_PREFIX = "MC_";

    private MigrationNotes() {}

    static List<String> write(RuleContext context, List<PodMove> moves) {
        var notes = new ArrayList<String>();
        moves.stream()
                .flatMap(move -> move.identities().stream())
                .distinct()
                .flatMap(MigrationNotes::describeIdentity)
                .forEach(notes::add);
        describePolicies(context).ifPresent(notes::add);
        return notes;
    }

    private static Stream<String> describeIdentity(MovedIdentity identity) {
        return Stream.concat(describeAuxiliaryTenants(identity).stream(), describePlace(identity).stream());
    }

    private static Optional<String> describeAuxiliaryTenants(MovedIdentity identity) {
        List<String> tenants = identity.identity().auxiliaryTenantIds();
        if (tenants.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(identity.describe() + " also gets tokens of the tenants " + String.join(", ", tenants)
                + " at once (auxiliaryTenantIDs). Workload identity has one tenant for each request: the program"
                + " must ask for the others by itself.");
    }

    private static Optional<String> describePlace(MovedIdentity identity) {
        if (!identity.isManaged()) {
            return Optional.of(describeApplication(identity));
        }
        Optional<ResourceId> resourceId = identity.parseResourceId();
        if (resourceId.isEmpty()) {
            return Optional.of(identity.describe() + ": its resourceID does not say where it is, so azure.sh looks for"
                    + " it in the subscription that you are signed in to.");
        }
        return resourceId
                .map(ResourceId::group)
                .filter(group -> group.startsWith(NODE_GROUP_PREFIX))
                .map(group -> identity.describe() + " is in the cluster's own group " + group
                        + ", and would be deleted with the cluster. Where that group is locked down, azure.sh is"
                        + " refused: then create the identity elsewhere, with the same roles, and write its client ID"
                        + " into the files.");
    }

    private static String describeApplication(MovedIdentity application) {
        AzureIdentity identity = application.identity();
        SecretReference secret = identity.clientPassword();
        String option = identity.type() == AzureIdentity.SERVICE_PRINCIPAL_CERTIFICATE ? " --cert" : "";
        return application.describe() + " is of tenant " + application.tenantId()
                + ". azure.sh creates its credential where you are signed in to that tenant. Its Secret "
                + secret.namespace() + "/" + secret.name()
                + " is not used by workload identity; remove it, and the credential of the application, last:"
                + " az ad app credential list --id " + application.clientId() + option
                + ", then az ad app credential delete --id " + application.clientId() + " --key-id KEY_ID" + option
                + ".";
    }

    private static Optional<String> describePolicies(RuleContext context) {
        List<String> policies = context.objectsOfKind("NetworkPolicy").stream()
                .filter(MigrationNotes::allowsMetadata)
                .map(policy -> policy.object().name() + " (" + policy.position() + ")")
                .toList();
        if (policies.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of("NetworkPolicy " + String.join(", ", policies) + ": the rule for NMI or the metadata service"
                + " can go once pod identity has gone. Instead the pods need TCP port 443 to login.microsoftonline.com,"
                + " which has no fixed addresses: 0.0.0.0/0 without 169.254.0.0/16, or a policy by name (Cilium)."
                + " Which of your networks is meant, this tool cannot know, so it changes no policy.");
    }

    /** Whether the policy names NMI, which listens on the node's loopback, or the metadata service. */
    private static boolean allowsMetadata(FieldLocation policy) {
        return policy.texts().stream()
                .map(FieldLocation::text)
                .anyMatch(text -> text.startsWith("127.0.0.1") || text.startsWith("169.254.169.254"));
    }
}
