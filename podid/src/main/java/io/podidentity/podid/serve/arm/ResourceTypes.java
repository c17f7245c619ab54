package io.podidentity.podid.serve.arm;

import io.podidentity.emulator.directory.FederatedCredentials;
import io.podidentity.emulator.plan.AddedEndpoint.Azure;
import io.podidentity.podid.serve.arm.GraphPrincipals.Principal;
import io.podidentity.podid.serve.arm.ResourceStore.Resource;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What is special about each type of resource. Thread-safe. */
final class ResourceTypes {

    private final Map<String, ResourceType> byName;
    private final ResourceStore store;
    private final GraphPrincipals principals;
    private final URI base;
    private final URI storage;
    private final String tenantId;

    /**
     * One type.
     *
     * @param name provider and type, such as {@code Microsoft.Storage/storageAccounts}
     * @param time how long making or removing one takes; zero for at once
     * @param answersLater whether a slow making is answered by 202 without a body, and not by the resource as begun
     * @param complete what Azure adds to what was asked for, which of a change is what there was with the changes
     *     in it; throws ArmException if Azure would refuse it
     * @param made is told of one that was made or changed
     * @param removed is told of one that was removed
     */
    record ResourceType(
            String name,
            Duration time,
            boolean answersLater,
            BiFunction<ResourceId, Document, Document> complete,
            Consumer<Resource> made,
            Consumer<Resource> removed) {

        static ResourceType of(String name, BiFunction<ResourceId, Document, Document> complete) {
            return new ResourceType(name, Duration.ZERO, false, complete, made -> {}, removed -> {});
        }

        ResourceType taking(int seconds, boolean later) {
            return new ResourceType(name, Duration.ofSeconds(seconds), later, complete, made, removed);
        }

        ResourceType telling(Consumer<Resource> ofMade, Consumer<Resource> ofRemoved) {
            return new ResourceType(name, time, answersLater, complete, ofMade, ofRemoved);
        }
    }

    ResourceTypes(Azure azure, ResourceStore store, GraphPrincipals principals) {
        this.store = store;
        this.principals = principals;
        this.base = azure.entra();
        this.storage = azure.storage();
        this.tenantId = azure.directory().tenantId();
        var clusters = new ManagedClusters(store, principals, tenantId);
        var roles = new AssignmentsOfRoles(store, principals, azure.directory().roles(), tenantId);
        this.byName = Stream.of(
                        // Removing one takes time; creating one is immediate, which ArmResources does.
                        ResourceType.of(ResourceId.GROUP_TYPE, (id, asked) -> asked)
                                .taking(1, false),
                        // All have one address, the emulator's own, where a registry's sign-in is.
                        ResourceType.of("Microsoft.ContainerRegistry/registries", this::registry),
                        ResourceType.of(ManagedClusters.NAME, clusters::complete)
                                .taking(3, false)
                                .telling(clusters::made, clusters::removed),
                        ResourceType.of("Microsoft.ManagedIdentity/userAssignedIdentities", this::identity)
                                .telling(this::addPrincipal, this::removePrincipal),
                        ResourceType.of(
                                "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials",
                                this::credential),
                        // All lead to the one that the emulator serves.
                        ResourceType.of("Microsoft.Storage/storageAccounts", this::account)
                                .taking(1, true)
                                .telling(this::addBlobService, removed -> {}),
                        // The caller needs no right to read or write blobs for it.
                        ResourceType.of(
                                        "Microsoft.Storage/storageAccounts/blobServices/containers",
                                        (id, asked) -> asked.withProperty("publicAccess", "None"))
                                .telling(
                                        made -> azure.blobs()
                                                .addContainer(made.id().name()),
                                        removed -> {}),
                        ResourceType.of(AssignmentsOfRoles.NAME, roles::complete)
                                .telling(roles::made, roles::removed))
                .collect(Collectors.toMap(type -> type.name().toLowerCase(Locale.ROOT), Function.identity()));
    }

    /** The type that the path is of, if there is such a one here. */
    Optional<ResourceType> of(ResourceId id) {
        return Optional.ofNullable(byName.get(id.type()));
    }

    private Document registry(ResourceId id, Document asked) {
        if (!id.name().matches("[a-zA-Z0-9]{5,50}")) {
            throw new ArmException(
                    400,
                    "RegistryNameNotValid",
                    "Registry name '" + id.name() + "' must be 5 to 50 letters and digits.");
        }
        // az fails on a registry without this policy, which all have.
        return asked.withProperty("policies", Map.of("azureADAuthenticationAsArmPolicy", Map.of("status", "enabled")))
                .withProperty("loginServer", base.getAuthority())
                .withProperty("adminUserEnabled", asked.properties().is("adminUserEnabled"));
    }

    private Document identity(ResourceId id, Document asked) {
        // Azure spells the group's segment so here, and nowhere else.
        return asked.with("id", id.text().replace("/resourceGroups/", "/resourcegroups/"))
                .withProperty("tenantId", tenantId)
                .withProperty("principalId", principalOf(id).objectId())
                .withProperty("clientId", principalOf(id).appId());
    }

    private void addPrincipal(Resource identity) {
        principals.add(principalOf(identity.id()));
    }

    private void removePrincipal(Resource identity) {
        principals.remove(principalOf(identity.id()).objectId());
    }

    private static Principal principalOf(ResourceId id) {
        return Principal.of(id.guid("client"), id.name(), "ManagedIdentity");
    }

    /** At most 20 for an identity, no two of the same issuer and subject. */
    private Document credential(ResourceId id, Document asked) {
        String issuer = required(asked, "issuer");
        String subject = required(asked, "subject");
        List<Document> others = store.in(id.parent(), id.type()).stream()
                .filter(other -> !other.id().key().equals(id.key()))
                .map(Resource::body)
                .toList();
        if (others.size() >= FederatedCredentials.LIMIT) {
            throw new ArmException(
                    400,
                    "BadRequest",
                    "Too many Federated Identity Credentials. The limit is " + FederatedCredentials.LIMIT
                            + " for one identity.");
        }
        if (others.stream()
                .anyMatch(other ->
                        issuer.equals(required(other, "issuer")) && subject.equals(required(other, "subject")))) {
            throw new ArmException(
                    409, "Conflict", "Issuer and subject combination already exists for this Managed Identity.");
        }
        return asked;
    }

    private static String required(Document asked, String property) {
        return asked.properties()
                .text(property)
                .orElseThrow(() -> new ArmException(400, "BadRequest", "The property '" + property + "' is missing."));
    }

    private Document account(ResourceId id, Document asked) {
        if (!id.name().matches("[a-z0-9]{3,24}")) {
            throw new ArmException(
                    400,
                    "AccountNameInvalid",
                    id.name() + " is not a valid storage account name. Storage account name must be between 3 and 24"
                            + " characters in length and use numbers and lower-case letters only.");
        }
        return asked.withProperty("primaryEndpoints", Map.of("blob", storage + "/"));
    }

    /** Containers are made in the account's one blob service, which exists without being created. */
    private void addBlobService(Resource account) {
        store.put(new Resource(ResourceId.parse(account.id().text() + "/blobServices/default"), Document.EMPTY));
    }
}
