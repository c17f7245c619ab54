package io.podidentity.podid.serve.arm;

import io.podidentity.emulator.directory.Directory;
import io.podidentity.emulator.directory.RegisteredSecret;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.plan.AddedEndpoint;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Azure Resource Manager, Microsoft Graph and the registries' sign-in at one address, to which {@code az} can be
 * pointed. What it makes is forgotten when the emulator ends; nothing runs behind it but the one storage account.
 *
 * <p>Thread-safety: safe.
 */
public final class ArmEndpoint implements AddedEndpoint {

    private final SignedIn signedIn;
    private final SubscriptionDocuments documents;
    private final RegistryLogin registries;
    private final GraphEndpoint graph;
    private final ResourceQueries queries;
    private final ArmResources resources;

    /** Plays the subscription of the tenant. */
    public ArmEndpoint(AddedEndpoint.Azure azure, ArmFaults faults) {
        Directory directory = azure.directory();
        URI base = azure.entra();
        String tenantId = directory.tenantId();
        var principals = new GraphPrincipals(directory);
        var store = new ResourceStore();
        this.signedIn = new SignedIn(base, azure.tokens(), azure.clock());
        this.documents = new SubscriptionDocuments(base, tenantId);
        this.registries = new RegistryLogin(base);
        this.graph = new GraphEndpoint(principals, directory.user(), RegisteredSecret::newValue);
        this.queries = new ResourceQueries(store);
        this.resources = new ArmResources(
                store,
                new Operations(base, azure.clock()),
                faults,
                List.of(
                        new ResourceGroups(),
                        new Registries(base),
                        new ManagedClusters(store, principals, tenantId),
                        new UserAssignedIdentities(principals, tenantId),
                        new FederatedIdentityCredentials(store),
                        new StorageAccounts(store, azure.storage()),
                        new BlobContainers(azure.blobs()),
                        new AssignmentsOfRoles(store, principals, directory.roles(), tenantId)));
    }

    @Override
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
