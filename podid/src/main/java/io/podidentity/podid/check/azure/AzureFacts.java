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

/**
 * What there is in Azure, as far as it is known: read from a folder of files that {@code az … -o json} printed. Which
 * file is which is told by what is in it, not by its name.
 *
 * @param identities all managed identities; empty if they are not known
 * @param roles all role assignments; empty if they are not known
 * @param cluster the cluster that the manifests are for; empty if it is not known
 */
public record AzureFacts(
        Optional<List<CloudIdentity>> identities, Optional<List<RoleOfPrincipal>> roles, Optional<AksCluster> cluster) {

    /** Nothing is known. */
    public static final AzureFacts NONE = new AzureFacts(Optional.empty(), Optional.empty(), Optional.empty());

    private static final String CREDENTIALS = "/federatedidentitycredentials/";

    /** One object that az printed into a file, or a file with an empty list, which has none. */
    private record Item(String file, Optional<FieldLocation> json) {

        String text(String key) {
            return json.map(one -> one.at(key).text()).orElse("");
        }

        boolean has(String... keys) {
            return json.filter(one ->
                            List.of(keys).stream().allMatch(key -> one.at(key).exists()))
                    .isPresent();
        }

        boolean isOf(String type) {
            return text("type").equalsIgnoreCase(type);
        }

        /** An empty list says that there are none, and only the file's name says of what. */
        boolean isEmptyOf(String word) {
            return json.isEmpty() && file.contains(word);
        }
    }

    /**
     * Reads all {@code *.json} in and below a folder.
     *
     * @throws io.podidentity.emulator.manifest.ManifestException if one cannot be used
     */
    public static AzureFacts read(Path folder) {
        List<Item> all = items(folder);
        Optional<List<Item>> credentials =
                known(all, item -> item.has("issuer", "subject"), item -> item.isEmptyOf("federated"));
        Optional<List<Item>> identities = known(
                all,
                item -> item.isOf("Microsoft.ManagedIdentity/userAssignedIdentities"),
                item -> item.isEmptyOf("identit") && !item.isEmptyOf("federated"));
        Optional<List<Item>> roles =
                known(all, item -> item.has("principalId", "scope"), item -> item.isEmptyOf("role"));
        return new AzureFacts(
                identities.map(items ->
                        items.stream().map(item -> identity(item, credentials)).toList()),
                roles.map(items -> items.stream()
                        .map(item -> new RoleOfPrincipal(
                                item.text("principalId"), item.text("roleDefinitionName"), item.text("scope")))
                        .toList()),
                all.stream()
                        .filter(item -> item.isOf("Microsoft.ContainerService/managedClusters"))
                        .flatMap(item -> item.json().stream())
                        .map(AksCluster::new)
                        .findFirst());
    }

    private static List<Item> items(Path folder) {
        var all = new ArrayList<Item>();
        for (Path file : ManifestFiles.files(folder)) {
            String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
            for (FieldLocation value : FieldLocation.read(file)) {
                boolean isList = value.value() instanceof Yaml.Sequence;
                List<FieldLocation> items = isList ? value.items() : List.of(value);
                items.forEach(item -> all.add(new Item(name, Optional.of(item))));
                if (items.isEmpty()) {
                    all.add(new Item(name, Optional.empty()));
                }
            }
        }
        return all;
    }

    /** Those of a kind; empty if there is none of them, and no empty list of them either. */
    private static Optional<List<Item>> known(List<Item> all, Predicate<Item> isOne, Predicate<Item> isNone) {
        return all.stream().anyMatch(isOne.or(isNone))
                ? Optional.of(all.stream().filter(isOne).toList())
                : Optional.empty();
    }

    /** If the credentials of one identity are there, those of all were asked for: one without has none. */
    private static CloudIdentity identity(Item item, Optional<List<Item>> credentials) {
        String id = item.text("id");
        return new CloudIdentity(
                item.text("name"),
                id,
                item.text("clientId"),
                item.text("principalId"),
                credentials.map(items -> items.stream()
                        .filter(one -> isOf(one, id.toLowerCase(Locale.ROOT)))
                        .map(one -> new CloudIdentity.Credential(
                                one.text("name"),
                                one.text("issuer"),
                                one.text("subject"),
                                one.json().orElseThrow().at("audiences").itemTexts()))
                        .toList()));
    }

    private static boolean isOf(Item credential, String identity) {
        String id = credential.text("id").toLowerCase(Locale.ROOT);
        return id.contains(CREDENTIALS)
                && id.substring(0, id.indexOf(CREDENTIALS)).equals(identity);
    }

    /** The managed identity of that client ID. */
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
     * @param scope a resource, a group, a subscription, or above
     */
    public record RoleOfPrincipal(String principalId, String role, String scope) {

        /** Whether it applies to that resource. */
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
}
