// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check.azure;

import io.podidentity.emulator.manifest.ManifestFiles;
import io.podidentity.emulator.manifest.Yaml;
import io.podidentity.podid.check.source.FieldLocation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What there is in Azure, as far as it is known: read from a folder of files that {@code az … -o json} printed. Which
 * file is which is told by what is in it, not by its name.
 *
 * @param identities all managed identities; empty if they are not known
 * @param roles all role assignments; empty if they are not known
 */
public record AzureFacts(
        Optional<List<CloudIdentity>> identities,
        Optional<List<RoleOfPrincipal>> roles,
        Optional<AksCluster> cluster,
        AgentFacts agents) {

    public static final AzureFacts NONE =
            new AzureFacts(Optional.empty(), Optional.empty(), Optional.empty(), AgentFacts.NONE);

    private static final Pattern FILE_OF_CREDENTIALS = Pattern.compile(".*federated.*");
    private static final Pattern FILE_OF_IDENTITIES = Pattern.compile("(?!.*federated).*identit.*");
    private static final Pattern FILE_OF_ROLES = Pattern.compile(".*role.*");
    private static final Pattern FILE_OF_BLUEPRINTS = Pattern.compile(".*blueprint.*");
    private static final Pattern FILE_OF_AGENTS = Pattern.compile(".*agents.*");

    /**
     * Reads all {@code *.json} in and below a folder.
     *
     * @throws io.podidentity.emulator.manifest.ManifestException if one cannot be used
     */
    public static AzureFacts readFolder(Path folder) {
        List<FieldLocation> items = ManifestFiles.files(folder).stream()
                .flatMap(file -> FieldLocation.read(file).stream())
                .flatMap(AzureFacts::listItems)
                .toList();
        Optional<List<FieldLocation>> credentials =
                findKnown(items, AzureFacts::isFederatedCredential, FILE_OF_CREDENTIALS);
        return new AzureFacts(
                findKnown(items, AzureFacts::isIdentity, FILE_OF_IDENTITIES)
                        .map(identities -> readIdentities(identities, credentials)),
                findKnown(items, AzureFacts::isRoleAssignment, FILE_OF_ROLES).map(AzureFacts::readRoles),
                items.stream()
                        .filter(item -> isOfType(item, "ContainerService/managedClusters"))
                        .map(AksCluster::new)
                        .findFirst(),
                readAgents(items));
    }

    private static AgentFacts readAgents(List<FieldLocation> items) {
        return new AgentFacts(
                findKnown(items, AgentFacts.Blueprint::isOne, FILE_OF_BLUEPRINTS)
                        .map(blueprints -> blueprints.stream()
                                .map(AgentFacts.Blueprint::read)
                                .toList()),
                findKnown(items, AgentFacts.Agent::isOne, FILE_OF_AGENTS)
                        .map(agents ->
                                agents.stream().map(AgentFacts.Agent::read).toList()));
    }

    /** The elements of a list; of an empty list the list itself, since it says that there are none. */
    private static Stream<FieldLocation> listItems(FieldLocation document) {
        return document.items().isEmpty() ? Stream.of(document) : document.items().stream();
    }

    private static boolean isFederatedCredential(FieldLocation item) {
        return item.at("issuer").exists() && item.at("subject").exists();
    }

    private static boolean isIdentity(FieldLocation item) {
        return isOfType(item, "ManagedIdentity/userAssignedIdentities");
    }

    private static boolean isRoleAssignment(FieldLocation item) {
        return item.at("principalId").exists() && item.at("scope").exists();
    }

    private static boolean isOfType(FieldLocation item, String type) {
        return item.at("type").text().equalsIgnoreCase("Microsoft." + type);
    }

    /**
     * The items of a kind; empty if there is none of them, and no empty list of them either.
     *
     * @param fileOfEmptyList the name of a file that has an empty list, which says that there are none
     */
    private static Optional<List<FieldLocation>> findKnown(
            List<FieldLocation> items, Predicate<FieldLocation> isOfKind, Pattern fileOfEmptyList) {
        List<FieldLocation> found = items.stream().filter(isOfKind).toList();
        // An empty list has nothing in it that tells its kind, so here the name of its file counts.
        if (found.isEmpty() && items.stream().noneMatch(item -> isEmptyListIn(item, fileOfEmptyList))) {
            return Optional.empty();
        }
        return Optional.of(found);
    }

    private static boolean isEmptyListIn(FieldLocation item, Pattern file) {
        String name = String.valueOf(Path.of(item.position().file()).getFileName());
        return item.value() instanceof Yaml.Sequence
                && file.matcher(name.toLowerCase(Locale.ROOT)).matches();
    }

    private static List<RoleOfPrincipal> readRoles(List<FieldLocation> items) {
        return items.stream()
                .map(item -> new RoleOfPrincipal(
                        item.at("principalId").text(),
                        item.at("roleDefinitionName").text(),
                        item.at("scope").text()))
                .toList();
    }

    /** If the credentials of one identity are there, those of all were asked for: one without has none. */
    private static List<CloudIdentity> readIdentities(
            List<FieldLocation> items, Optional<List<FieldLocation>> credentials) {
        var identities = new ArrayList<CloudIdentity>();
        for (FieldLocation item : items) {
            String id = item.at("id").text();
            identities.add(new CloudIdentity(
                    item.at("name").text(),
                    id,
                    item.at("clientId").text(),
                    item.at("principalId").text(),
                    credentials.map(all -> readCredentials(all, id))));
        }
        return identities;
    }

    /** A credential is a resource below its identity, whose ID az prints in more than one letter case. */
    private static List<CloudIdentity.Credential> readCredentials(List<FieldLocation> all, String identity) {
        String prefix = identity.toLowerCase(Locale.ROOT) + "/federatedidentitycredentials/";
        return all.stream()
                .filter(credential ->
                        credential.at("id").text().toLowerCase(Locale.ROOT).startsWith(prefix))
                .map(credential -> new CloudIdentity.Credential(
                        credential.at("name").text(),
                        credential.at("issuer").text(),
                        credential.at("subject").text(),
                        credential.at("audiences").itemTexts()))
                .toList();
    }

    /** The identity of that client ID, if it is known. */
    public Optional<CloudIdentity> findIdentity(String clientId) {
        return identities.stream()
                .flatMap(List::stream)
                .filter(identity -> identity.clientId().equalsIgnoreCase(clientId))
                .findFirst();
    }

    /** The names of the roles that are assigned to a principal, each with its scope; empty if not known. */
    public Optional<List<RoleOfPrincipal>> findRolesOf(String principalId) {
        return roles.map(all -> selectRolesOf(principalId, all));
    }

    private static List<RoleOfPrincipal> selectRolesOf(String principalId, List<RoleOfPrincipal> all) {
        return all.stream()
                .filter(role -> role.principalId().equalsIgnoreCase(principalId))
                .toList();
    }

    /**
     * A role assignment.
     *
     * @param role its name, such as {@code Storage Blob Data Reader}
     */
    public record RoleOfPrincipal(String principalId, String role, String scope) {

        /** Whether the role is on the resource, on what it is in, or on a management group. */
        public boolean covers(String resourceId) {
            String below = resourceId.toLowerCase(Locale.ROOT);
            String above = scope.toLowerCase(Locale.ROOT).replaceFirst("/+$", "");
            boolean isOnManagementGroup = above.contains("/providers/microsoft.management/managementgroups/");
            // The members of management groups are not known, so such a role passes for one on the resource.
            return above.isEmpty() || isOnManagementGroup || below.equals(above) || below.startsWith(above + "/");
        }
    }

    /**
     * A managed identity that exists.
     *
     * @param credentials its federated credentials; empty if they are not known
     */
    public record CloudIdentity(
            String name,
            String resourceId,
            String clientId,
            String principalId,
            Optional<List<Credential>> credentials) {

        public record Credential(String name, String issuer, String subject, List<String> audiences) {}

        /** Whether the ID is its client ID, or by mistake its object ID. */
        public boolean hasId(String id) {
            return clientId.equalsIgnoreCase(id) || principalId.equalsIgnoreCase(id);
        }

        public String resourceGroup() {
            // /subscriptions/ID/resourceGroups/GROUP/…; of another form the words of a command's example remain.
            String[] parts = resourceId.split("/", -1);
            return parts.length > 4 ? parts[4] : "GROUP";
        }
    }

    /**
     * A cluster, as {@code az aks show} prints it.
     *
     * @see <a href="https://learn.microsoft.com/rest/api/aks/managed-clusters/get">its fields</a>
     */
    public record AksCluster(FieldLocation json) {

        public String name() {
            return json.at("name").text();
        }

        public String resourceGroup() {
            return json.at("resourceGroup").text();
        }

        /** The issuer of its service account tokens, empty if it has none. */
        public String issuer() {
            return json.at("oidcIssuerProfile", "issuerUrl").text();
        }

        public boolean hasWorkloadIdentity() {
            return !issuer().isEmpty()
                    && json.at("securityProfile", "workloadIdentity", "enabled")
                            .text()
                            .equals("true");
        }

        public boolean isKubenet() {
            return json.at("networkProfile", "networkPlugin").text().equals("kubenet");
        }

        /** Whether {@code --enable-imds-restriction} is on. */
        public boolean isMetadataServiceClosed() {
            return json.at("networkProfile", "podLinkLocalAccess").text().equals("None");
        }

        public boolean isAutomatic() {
            return json.at("sku", "name").text().equals("Automatic");
        }

        /** The object ID of the identity with which kubelet, MIC and NMI ask Azure; empty if it is not known. */
        public String kubeletObjectId() {
            return json.at("identityProfile", "kubeletidentity", "objectId").text();
        }

        /** The resource ID of the group of the nodes, such as {@code /subscriptions/…/resourceGroups/MC_…}. */
        public String groupOfNodes() {
            return json.at("id").text().replaceFirst("(/[^/]*/[^/]*).*", "$1") + "/resourceGroups/"
                    + json.at("nodeResourceGroup").text();
        }
    }
}
