// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check.rule;

import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.podid.check.azure.AzureFacts.AksCluster;
import io.podidentity.podid.check.azure.AzureFacts.CloudIdentity;
import io.podidentity.podid.check.azure.AzureFacts.RoleOfPrincipal;
import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.check.source.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Identities in Azure and their roles, as az printed them. */
final class AzureIdentityRules extends RuleFamily {

    /** The roles that include the rights of any role for management. */
    private static final Set<String> ROLES_FOR_ALL = Set.of("Owner", "Contributor");

    /** The roles that let an identity manage resources, and not read or write the data in them. */
    private static final Set<String> ROLES_FOR_MANAGEMENT = Set.of(
            "Owner",
            "Contributor",
            "Reader",
            "User Access Administrator",
            "Storage Account Contributor",
            "Managed Identity Operator",
            "Managed Identity Contributor");

    private final Report clientIdIsObjectId = error(
                    "C9", "client-id-is-object-id", "aad-pod-identity#175", "azure-workload-identity#340")
            .says("A client ID is the object ID of the identity")
            .remedy("Write the clientId that az identity list prints, not the principalId")
            .explains(Symptom.REFUSED_BY_AZURE);
    private final Report identityIdsDiffer = error("C16", "identity-ids-differ", "aad-pod-identity#175")
            .says("The resource ID and the client ID are of two identities")
            .remedy("Write both of one identity, as az identity show prints them");
    private final Report identityNotInAzure = error(
                    "C16", "identity-not-in-azure", "azure-workload-identity#340", "MicrosoftDocs/azure-docs#108526")
            .says("No managed identity has the client ID")
            .remedy("Write the clientId that az identity list prints");
    private final Report clusterIdentityRoles = warning(
                    "C19", "cluster-identity-roles", "aad-pod-identity#585", "aad-pod-identity#753")
            .says("The cluster's identity lacks a role that MIC needs")
            .remedy("Give the kubelet identity Managed Identity Operator on the identity and Virtual"
                    + " Machine Contributor on the group of the nodes");
    private final Report identityWithoutRole = warning("C19", "identity-without-role", "aad-pod-identity#585")
            .says("The identity has no role that lets it read or write data")
            .remedy("Give it a role for data, such as Storage Blob Data Reader, on the resource");

    AzureIdentityRules(RuleContext context) {
        super(context);
    }

    @Override
    protected void check() {
        for (NamedIdentity named : NamedIdentity.findAll(context)) {
            clientIdIsObjectId(named);
            identityNotInAzure(named);
            identityWithoutRole(named);
        }
        for (AzureIdentity identity : context.identities()) {
            identityIdsDiffer(identity);
        }
        context.azure().cluster().ifPresent(this::clusterIdentityRoles);
    }

    /** Needs az identity list in the folder of --azure. Roles are given to the object ID, tokens to the client ID. */
    private void clientIdIsObjectId(NamedIdentity named) {
        for (CloudIdentity identity : context.azure().identities().orElse(List.of())) {
            if (identity.principalId().equalsIgnoreCase(named.clientId())) {
                clientIdIsObjectId.add(
                        named.location(),
                        named.clientId() + " is the object ID (principalId) of identity " + identity.name(),
                        "Write its client ID: " + identity.clientId(),
                        Edit.replaceValue(named.location(), identity.clientId()));
            }
        }
    }

    /** Needs az identity list in the folder of --azure. MIC puts one on the node, and the pod asks for the other. */
    private void identityIdsDiffer(AzureIdentity identity) {
        if (!identity.isManagedIdentity()) {
            return;
        }
        Optional<CloudIdentity> other = context.azure()
                .findIdentity(identity.clientId())
                .filter(known -> !known.resourceId().equalsIgnoreCase(identity.resourceId()));
        if (other.isPresent()) {
            FieldLocation field = context.field(identity, "resourceID");
            identityIdsDiffer.add(
                    field,
                    "the client ID is that of " + other.get().name() + ", and the resource ID is another one's",
                    "Write: " + field.key() + ": " + other.get().resourceId() + ", or the other identity's client ID.");
        }
    }

    /**
     * Needs az identity list in the folder of --azure. A service account may also name an application, so there it is a
     * warning.
     */
    private void identityNotInAzure(NamedIdentity named) {
        Optional<List<CloudIdentity>> all = context.azure().identities();
        if (all.isEmpty() || Value.isPlaceholder(named.clientId()) || isBlueprint(named)) {
            return;
        }
        if (all.get().stream().noneMatch(identity -> identity.hasId(named.clientId()))) {
            identityNotInAzure.add(
                    named.isManaged() ? Severity.ERROR : Severity.WARNING,
                    named.location(),
                    "none of the " + all.get().size() + " managed identities has the client ID " + named.clientId(),
                    "Write the clientId that az identity list prints; or the list is of another subscription: az"
                            + " identity list --subscription ID.");
        }
    }

    /** Whether a service account names an agent identity blueprint, which is an application. */
    private boolean isBlueprint(NamedIdentity named) {
        return context.azure().agents().findBlueprint(named.clientId()).isPresent();
    }

    /** Needs az aks show and az role assignment list. Without them only MIC's log says LinkedAuthorizationFailed. */
    private void clusterIdentityRoles(AksCluster cluster) {
        if (!context.profile().hasMic() || cluster.kubeletObjectId().isEmpty()) {
            return;
        }
        for (AzureIdentity identity : context.identities()) {
            if (identity.isManagedIdentity() && !identity.resourceId().isEmpty()) {
                FieldLocation field = context.field(identity, "resourceID");
                requireRole(cluster, field, "Managed Identity Operator", identity.resourceId());
                requireRole(cluster, field, "Virtual Machine Contributor", cluster.groupOfNodes());
            }
        }
    }

    private void requireRole(AksCluster cluster, FieldLocation field, String role, String scope) {
        Optional<List<RoleOfPrincipal>> roles = context.azure().roles();
        if (roles.isEmpty()) {
            return;
        }
        boolean hasRole = roles.get().stream()
                .filter(assignment -> assignment.principalId().equalsIgnoreCase(cluster.kubeletObjectId()))
                .filter(assignment -> assignment.role().equals(role) || ROLES_FOR_ALL.contains(assignment.role()))
                .anyMatch(assignment -> assignment.covers(scope));
        if (!hasRole) {
            clusterIdentityRoles.add(
                    field,
                    "the kubelet identity of cluster " + cluster.name() + " is not " + role + " on " + scope
                            + ", so MIC cannot put the identity on a node",
                    "Run: az role assignment create --assignee-object-id " + cluster.kubeletObjectId()
                            + " --assignee-principal-type ServicePrincipal --role \"" + role + "\" --scope " + scope);
        }
    }

    /**
     * Needs az identity list and az role assignment list --all. For information if it has a role: Owner, Contributor
     * and Reader are roles for management, not for data.
     */
    private void identityWithoutRole(NamedIdentity named) {
        Optional<CloudIdentity> found = context.azure().findIdentity(named.clientId());
        if (found.isEmpty() || context.azure().roles().isEmpty()) {
            return;
        }
        CloudIdentity identity = found.get();
        List<String> own = context.azure().roles().get().stream()
                .filter(role -> role.principalId().equalsIgnoreCase(identity.principalId()))
                .map(RoleOfPrincipal::role)
                .distinct()
                .toList();
        String remedy = "Run: az role assignment create --assignee-object-id " + identity.principalId()
                + " --assignee-principal-type ServicePrincipal --role \"Storage Blob Data Reader\" --scope RESOURCE_ID";
        if (own.isEmpty()) {
            identityWithoutRole.add(named.location(), "identity " + identity.name() + " has no role at all", remedy);
        } else if (ROLES_FOR_MANAGEMENT.containsAll(own)) {
            // A program that manages resources needs no more, so this may be right.
            identityWithoutRole.add(
                    Severity.INFO,
                    named.location(),
                    "identity " + identity.name() + " has roles for management only: " + String.join(", ", own),
                    remedy);
        }
    }

    /**
     * A client ID that manifests name.
     *
     * @param isManaged whether it must be a managed identity; otherwise it may be an application
     */
    private record NamedIdentity(FieldLocation location, String clientId, boolean isManaged) {

        static List<NamedIdentity> findAll(RuleContext context) {
            var named = new ArrayList<NamedIdentity>();
            for (AzureIdentity identity : context.identities()) {
                if (identity.isManagedIdentity() && Value.isGuid(identity.clientId())) {
                    named.add(new NamedIdentity(context.field(identity, "clientID"), identity.clientId(), true));
                }
            }
            for (FieldLocation account : context.objectsOfKind("ServiceAccount")) {
                FieldLocation annotation = account.at("metadata", "annotations", Keys.CLIENT_ID);
                if (Value.isGuid(annotation.text())) {
                    named.add(new NamedIdentity(annotation, annotation.text(), false));
                }
            }
            return named;
        }
    }
}
