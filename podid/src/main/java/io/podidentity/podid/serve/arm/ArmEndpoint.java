package io.podidentity.podid.serve.arm;

import com.nimbusds.jwt.JWTClaimsSet;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.plan.AddedEndpoint;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Azure Resource Manager and Microsoft Graph at one address, to which {@code az} can be pointed. What it makes is
 * forgotten when the emulator ends; nothing runs behind it but the one storage account.
 *
 * <p>Thread-safety: safe.
 */
public final class ArmEndpoint implements AddedEndpoint {

    /** Registries take a token for themselves too. */
    private static final String REGISTRY = "https://containerregistry.azure.net";

    /** Resource Manager's own name, and the older one, which az still asks for. */
    private static final Set<String> AUDIENCES = Set.of(
            "https://management.azure.com",
            "https://management.azure.com/",
            "https://management.core.windows.net",
            "https://management.core.windows.net/");

    private final Azure azure;
    private final SubscriptionDocuments documents;
    private final GraphEndpoint graph;
    private final ResourceQueries queries;
    private final ArmResources resources;

    /** Plays the subscription of the tenant. */
    public ArmEndpoint(Azure azure, ArmFaults faults) {
        var principals = new GraphPrincipals(azure.directory());
        var store = new ResourceStore();
        this.azure = azure;
        this.documents =
                new SubscriptionDocuments(azure.entra(), azure.directory().tenantId());
        this.graph = new GraphEndpoint(principals, azure.directory().user());
        this.queries = new ResourceQueries(store);
        this.resources = new ArmResources(
                store,
                new Operations(azure.entra(), azure.clock()),
                faults,
                new ResourceTypes(azure, store, principals));
    }

    @Override
    public Optional<Answer> answer(Request request) {
        List<String> segments = request.segments();
        return switch (segments.isEmpty() ? "" : segments.get(0)) {
            case "metadata" -> Optional.of(documents.endpoints());
            case "tenants", "subscriptions", "v1.0" ->
                Optional.of(isSignedIn(request) ? allowed(request, segments) : refusal());
            default -> Optional.empty();
        };
    }

    /** Whether a token comes along that was issued here for Resource Manager and has not expired. */
    private boolean isSignedIn(Request request) {
        return request.bearer()
                .flatMap(azure.issuer()::read)
                .filter(claims -> claims.getExpirationTime()
                        .toInstant()
                        .isAfter(azure.clock().instant()))
                .filter(this::isForThis)
                .filter(claims -> claims.getClaim("oid") instanceof String)
                .isPresent();
    }

    private boolean isForThis(JWTClaimsSet claims) {
        return claims.getAudience().stream()
                .anyMatch(audience -> AUDIENCES.contains(audience)
                        || audience.startsWith(azure.entra().toString())
                        || audience.startsWith(REGISTRY));
    }

    private Answer allowed(Request request, List<String> segments) {
        if (segments.get(0).equals("v1.0") && segments.size() > 1) {
            return graph.answer(request, segments.subList(1, segments.size()));
        }
        if (segments.size() == 1) {
            return segments.get(0).equals("tenants") ? documents.tenants() : documents.subscriptions();
        }
        String subscription = segments.get(1);
        try {
            if (!subscription.equalsIgnoreCase(SubscriptionDocuments.SUBSCRIPTION_ID)) {
                throw new ArmException(
                        404, "SubscriptionNotFound", "The subscription '" + subscription + "' could not be found.");
            }
            var id = new ResourceId(segments);
            return segments.size() == 2
                    ? documents.subscription()
                    : queries.answer(request, id).orElseGet(() -> resources.answer(request, id));
        } catch (ArmException refused) {
            return refused.answer();
        }
    }

    private static Answer refusal() {
        String message = "Authentication failed. The 'Authorization' header is missing or its token is not valid here.";
        return Document.error("AuthenticationFailed", message)
                .answer(401)
                .with("WWW-Authenticate", "Bearer error=\"invalid_token\"");
    }
}
