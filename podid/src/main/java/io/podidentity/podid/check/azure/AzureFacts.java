package io.podidentity.podid.check.azure;

import io.podidentity.emulator.manifest.ManifestFiles;
import io.podidentity.emulator.manifest.Yaml;
import io.podidentity.podid.check.azure.CloudIdentity.Credential;
import io.podidentity.podid.check.source.DataFile;
import io.podidentity.podid.check.source.FieldLocation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What there is in Azure, as far as it is known: read from a folder of files that {@code az … -o json} printed. Which
 * file is which is told by what is in it, not by its name. Immutable.
 */
public final class AzureFacts {

    /** Nothing is known. */
    public static final AzureFacts NONE = new AzureFacts(Optional.empty(), Optional.empty(), Optional.empty());

    private final Optional<List<CloudIdentity>> identities;
    private final Optional<List<RoleOfPrincipal>> roles;
    private final Optional<AksCluster> cluster;

    private AzureFacts(
            Optional<List<CloudIdentity>> identities,
            Optional<List<RoleOfPrincipal>> roles,
            Optional<AksCluster> cluster) {
        this.identities = identities.map(List::copyOf);
        this.roles = roles.map(List::copyOf);
        this.cluster = cluster;
    }

    /**
     * Reads all {@code *.json} in and below a folder.
     *
     * @throws io.podidentity.emulator.manifest.ManifestException if one cannot be used
     */
    public static AzureFacts read(Path folder) {
        var reading = new Reading();
        for (Path file : ManifestFiles.files(folder)) {
            reading.add(file);
        }
        return reading.facts();
    }

    /** All managed identities; empty if they are not known. */
    public Optional<List<CloudIdentity>> identities() {
        return identities;
    }

    /** All role assignments; empty if they are not known. */
    public Optional<List<RoleOfPrincipal>> roles() {
        return roles;
    }

    /** The cluster that the manifests are for; empty if it is not known. */
    public Optional<AksCluster> cluster() {
        return cluster;
    }

    /** The managed identity of that client ID. */
    public Optional<CloudIdentity> identity(String clientId) {
        return identities.stream()
                .flatMap(List::stream)
                .filter(identity -> identity.clientId().equalsIgnoreCase(clientId))
                .findFirst();
    }

    /** Not thread-safe. */
    private static final class Reading {

        private static final String CREDENTIALS = "/federatedidentitycredentials/";

        private final List<FieldLocation> identities = new ArrayList<>();
        private final Map<String, List<Credential>> credentials = new HashMap<>();
        private final List<RoleOfPrincipal> roles = new ArrayList<>();
        private boolean hasIdentities;
        private boolean hasRoles;
        private boolean hasCredentials;
        private Optional<AksCluster> cluster = Optional.empty();

        void add(Path file) {
            String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
            for (FieldLocation value : DataFile.read(file)) {
                boolean isList = value.value().orElse(null) instanceof Yaml.Sequence;
                List<FieldLocation> items = isList ? value.items() : List.of(value);
                // An empty list says that there are none, and only the file's name says of what.
                hasIdentities |= items.isEmpty() && name.contains("identit") && !name.contains("federated");
                hasRoles |= items.isEmpty() && name.contains("role");
                hasCredentials |= items.isEmpty() && name.contains("federated");
                items.forEach(item -> addItem(item, name));
            }
        }

        private void addItem(FieldLocation item, String file) {
            String type = item.at("type").text().toLowerCase(Locale.ROOT);
            String id = item.at("id").text();
            if (type.equals("microsoft.managedidentity/userassignedidentities")) {
                hasIdentities = true;
                identities.add(item);
            } else if (item.at("issuer").exists() && item.at("subject").exists()) {
                addCredential(item, id, file);
            } else if (item.at("principalId").exists() && item.at("scope").exists()) {
                hasRoles = true;
                roles.add(new RoleOfPrincipal(
                        item.at("principalId").text(),
                        item.at("roleDefinitionName").text(),
                        item.at("scope").text()));
            } else if (type.equals("microsoft.containerservice/managedclusters")) {
                cluster = cluster.or(() -> Optional.of(new AksCluster(item)));
            }
        }

        private void addCredential(FieldLocation item, String id, String file) {
            hasCredentials = true;
            int end = id.toLowerCase(Locale.ROOT).indexOf(CREDENTIALS);
            String identity = end < 0 ? file : id.substring(0, end).toLowerCase(Locale.ROOT);
            credentials
                    .computeIfAbsent(identity, key -> new ArrayList<>())
                    .add(new Credential(
                            item.at("name").text(),
                            item.at("issuer").text(),
                            item.at("subject").text(),
                            item.at("audiences").items().stream()
                                    .map(FieldLocation::text)
                                    .toList()));
        }

        AzureFacts facts() {
            List<CloudIdentity> all = identities.stream().map(this::identity).toList();
            return new AzureFacts(
                    hasIdentities ? Optional.of(all) : Optional.empty(),
                    hasRoles ? Optional.of(roles) : Optional.empty(),
                    cluster);
        }

        private CloudIdentity identity(FieldLocation item) {
            String id = item.at("id").text();
            // If those of one identity are there, those of all were asked for: one without has none.
            Optional<List<Credential>> known = hasCredentials
                    ? Optional.of(credentials.getOrDefault(id.toLowerCase(Locale.ROOT), List.of()))
                    : Optional.empty();
            return new CloudIdentity(
                    item.at("name").text(),
                    id,
                    item.at("clientId").text(),
                    item.at("principalId").text(),
                    known);
        }
    }
}
