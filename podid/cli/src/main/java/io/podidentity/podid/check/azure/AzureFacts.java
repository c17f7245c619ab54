// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check.azure;

import io.podidentity.emulator.manifest.ManifestFiles;
import io.podidentity.emulator.manifest.Yaml;
import io.podidentity.podid.check.source.FieldLocation;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * What there is in Azure, as far as it is known: read from a folder of files that {@code az … -o json} printed. Which
 * file is which is told by what is in it, not by its name.
 *
 * @param identities all managed identities; empty if they are not known
 * @param roles all role assignments; empty if they are not known
 */
public record AzureFacts(
        Optional<List<CloudIdentity>> identities, Optional<List<RoleOfPrincipal>> roles, Optional<AksCluster> cluster) {

    public static final AzureFacts NONE = new AzureFacts(Optional.empty(), Optional.empty(), Optional.empty());

    /**
     * Reads all {@code *.json} in and below a folder.
     *
     * @throws io.podidentity.emulator.manifest.ManifestException if one cannot be used
     */
    public static AzureFacts read(Path folder) {
        List<FieldLocation> all = ManifestFiles.files(folder).stream()
                .flatMap(file -> FieldLocation.read(file).stream())
                .flatMap(value -> value.items().isEmpty() ? Stream.of(value) : value.items().stream())
                .toList();
        Optional<List<FieldLocation>> credentials = known(all, one -> has(one, "issuer", "subject"), ".*federated.*");
        return new AzureFacts(
                known(all, one -> isOf(one, "ManagedIdentity/userAssignedIdentities"), "(?!.*federated).*identit.*")
                        .map(items -> items.stream()
                                .map(item -> identity(item, credentials))
                                .toList()),
                known(all, one -> has(one, "principalId", "scope"), ".*role.*")
                        .map(items -> items.stream()
                                .map(item -> new RoleOfPrincipal(
                                        item.at("principalId").text(),
                                        item.at("roleDefinitionName").text(),
                                        item.at("scope").text()))
                                .toList()),
                all.stream()
                        .filter(item -> isOf(item, "ContainerService/managedClusters"))
                        .map(AksCluster::new)
                        .findFirst());
    }

    private static boolean has(FieldLocation item, String... keys) {
        return Stream.of(keys).allMatch(key -> item.at(key).exists());
    }

    private static boolean isOf(FieldLocation item, String type) {
        return item.at("type").text().equalsIgnoreCase("Microsoft." + type);
    }

    /**
     * Those of a kind; empty if there is none of them, and no empty list of them either.
     *
     * @param name of the file of an empty list, which says that there are none, as a pattern
     */
    private static Optional<List<FieldLocation>> known(
            List<FieldLocation> all, Predicate<FieldLocation> isOne, String name) {
        Predicate<FieldLocation> isNone = item -> item.value() instanceof Yaml.Sequence
                && String.valueOf(Path.of(item.position().file()).getFileName())
                        .toLowerCase(Locale.ROOT)
                        .matches(name);
        return all.stream().anyMatch(isOne.or(isNone))
                ? Optional.of(all.stream().filter(isOne).toList())
                : Optional.empty();
    }

    /** If the credentials of one identity are there, those of all were asked for: one without has none. */
    private static CloudIdentity identity(FieldLocation item, Optional<List<FieldLocation>> credentials) {
        String id = item.at("id").text();
        String prefix = id.toLowerCase(Locale.ROOT) + "/federatedidentitycredentials/";
        return new CloudIdentity(
                item.at("name").text(),
                id,
                item.at("clientId").text(),
                item.at("principalId").text(),
                credentials.map(items -> items.stream()
                        .filter(one ->
                                one.at("id").text().toLowerCase(Locale.ROOT).startsWith(prefix))
                        .map(one -> new CloudIdentity.Credential(
                                one.at("name").text(),
                                one.at("issuer").text(),
                                one.at("subject").text(),
                                one.at("audiences").itemTexts()))
                        .toList()));
    }

    public Optional<CloudIdentity> identity(String clientId) {
        return identities.stream()
                .flatMap(List::stream)
                .filter(identity -> identity.clientId().equalsIgnoreCase(clientId))
                .findFirst();
    }

    /**
     * A role assignment.
     *
     * @param role its name, such as {@code Storage Blob Data Reader}
     */
    public record RoleOfPrincipal(String principalId, String role, String scope) {

        public boolean covers(String resourceId) {
            String below = resourceId.toLowerCase(Locale.ROOT);
            String above = scope.toLowerCase(Locale.ROOT).replaceFirst("/+$", "");
            // Of management groups the members are not known, so they are given the benefit of the doubt.
            return above.isEmpty()
                    || above.contains("/providers/microsoft.management/managementgroups/")
                    || below.equals(above)
                    || below.startsWith(above + "/");
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

        /** By its client ID, or by mistake by its object ID. */
        public boolean isNamed(String id) {
            return clientId.equalsIgnoreCase(id) || principalId.equalsIgnoreCase(id);
        }

        public String resourceGroup() {
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

        /** Such as {@code /subscriptions/…/resourceGroups/MC_…}. */
        public String groupOfNodes() {
            return json.at("id").text().replaceFirst("(/[^/]*/[^/]*).*", "$1") + "/resourceGroups/"
                    + json.at("nodeResourceGroup").text();
        }
    }
}
