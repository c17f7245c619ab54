package io.podidentity.emulator.arm;

import io.podidentity.emulator.directory.Directory;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.storage.BlobStore;
import io.podidentity.emulator.token.AccessTokenReader;
import java.net.URI;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Azure Resource Manager, Microsoft Graph and the registries' sign-in at one address, to which {@code az} can be
 * pointed. What it makes is forgotten when the emulator ends; nothing runs behind it but the one storage account.
 *
 * <p>Thread-safety: safe.
 */
public final class ArmEndpoint {

    private final SignedIn signedIn;
    private final SubscriptionDocuments documents;
    private final RegistryLogin registries;
    private final GraphEndpoint graph;
    private final ResourceQueries queries;
    private final ArmResources resources;

    /**
     * Plays the subscription of the directory's tenant.
     *
     * @param base the address at which this is served, without a trailing slash
     * @param storage the address of the storage account to which all accounts lead
     * @param passwords makes the passwords of applications
     */
    public ArmEndpoint(
            Directory directory,
            BlobStore blobs,
            AccessTokenReader tokens,
            URI base,
            URI storage,
            Clock clock,
            ArmFaults faults,
            Supplier<String> passwords) {
        String tenantId = directory.tenantId();
        var principals = new GraphPrincipals(directory);
        var store = new ResourceStore();
        this.signedIn = new SignedIn(base, tokens, clock);
        this.documents = new SubscriptionDocuments(base, tenantId);
        this.registries = new RegistryLogin(base);
        this.graph = new GraphEndpoint(principals, directory.user(), passwords);
        this.queries = new ResourceQueries(store);
        this.resources = new ArmResources(
                store,
                new Operations(base, clock),
                faults,
                List.of(
                        new ResourceGroups(),
                        new Registries(base),
                        new ManagedClusters(store, principals, tenantId),
                        new UserAssignedIdentities(principals, tenantId),
                        new FederatedIdentityCredentials(store),
                        new StorageAccounts(store, storage),
                        new BlobContainers(blobs),
                        new AssignmentsOfRoles(store, principals, directory.roles(), tenantId)));
    }

    /** Answers, or is empty if the path belongs to none of these services. */
    public Optional<Answer> answer(Request request) {
        List<String> segments = request.segments();
        String first = segments.isEmpty() ? "" : segments.get(0);
        return switch (first) {
            case "metadata" -> Optional.of(Answer.json(200, documents.endpoints()));
            case "tenants", "subscriptions", "v1.0" ->
                Optional.of(signedIn.allows(request) ? allowed(request, segments) : refusal());
            default -> registries.answer(request);
        };
    }

    private Answer allowed(Request request, List<String> segments) {
        if (segments.get(0).equals("v1.0") && segments.size() > 1) {
            return graph.answer(request, segments.subList(1, segments.size()));
        }
        if (segments.size() == 1) {
            return Answer.json(
                    200, segments.get(0).equals("tenants") ? documents.tenants() : documents.subscriptions());
        }
        if (!segments.get(1).equalsIgnoreCase(SubscriptionDocuments.SUBSCRIPTION_ID)) {
            return new ArmException(
                            404,
                            "SubscriptionNotFound",
                            "The subscription '" + segments.get(1) + "' could not be found.")
                    .answer();
        }
        try {
            return inSubscription(request, new ResourceId(segments));
        } catch (ArmException refused) {
            return refused.answer();
        }
    }

    private Answer inSubscription(Request request, ResourceId id) {
        if (id.segments().size() == 2) {
            return Answer.json(200, documents.subscription());
        }
        return queries.answer(request, id).orElseGet(() -> resources.answer(request, id));
    }

    private static Answer refusal() {
        String message = "Authentication failed. The 'Authorization' header is missing or its token is not valid here.";
        return Answer.json(401, Map.of("error", Map.of("code", "AuthenticationFailed", "message", message)))
                .with("WWW-Authenticate", "Bearer error=\"invalid_token\"");
    }
}
