// SPDX-License-Identifier: Apache-2.0
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

    /** The addresses of the clouds' endpoints, which {@code az} reads before anybody has signed in. */
    private static final String METADATA = "metadata";

    private static final String TENANTS = "tenants";
    private static final String SUBSCRIPTIONS = "subscriptions";
    private static final String GRAPH = "v1.0";

    private static final Set<String> SIGNED_IN = Set.of(TENANTS, SUBSCRIPTIONS, GRAPH);

    /** Registries take a token for themselves too. */
    private static final String REGISTRY = "https://containerregistry.azure.net";

    /** Resource Manager's own name, and the older one, which az still asks for. */
    private static final Set<String> AUDIENCES = Set.of(
            "https://management.azure.com",
            "https://management.azure.com/",
            "https://management.core.windows.net",
            "https://management.core.windows.net/");

    private static final ResourceId SUBSCRIPTION = ResourceId.parse(ResourceId.SUBSCRIPTION);

    private static final String ENDPOINTS_JSON = """
            {"name": "podid", "portal": "%1$s", "media": "%1$s", "resourceManager": "%1$s", "graphAudience": "%1$s/",
             "authentication": {"loginEndpoint": "%1$s", "audiences": ["%1$s/"], "tenant": "common",
              "identityProvider": "AAD"},
             "suffixes": {"storage": "localhost"}}
            """;

    private static final String SUBSCRIPTION_JSON = """
            {"id": "%1$s", "subscriptionId": "%2$s", "tenantId": "%3$s", "state": "Enabled",
             "displayName": "podid emulator", "authorizationSource": "RoleBased", "managedByTenants": []}
            """;

    private static final String TENANT_JSON = """
            {"id": "/tenants/%1$s", "tenantId": "%1$s", "displayName": "podid emulator",
             "defaultDomain": "podid.example", "tenantCategory": "Home"}
            """;

    private final Azure azure;
    private final GraphEndpoint graph;
    private final ArmResources resources;

    public ArmEndpoint(Azure azure, ArmFaults faults) {
        var store = new ResourceStore();
        this.azure = azure;
        this.graph = new GraphEndpoint(store, azure.directory());
        this.resources = new ArmResources(store, new ResourceKinds(azure, store), faults, azure.clock());
    }

    @Override
    public Optional<Answer> answer(Request request) {
        List<String> segments = request.segments();
        String root = segments.stream().findFirst().orElse("");
        if (root.equals(METADATA)) {
            return Optional.of(json(ENDPOINTS_JSON.formatted(azure.entra())));
        }
        if (!SIGNED_IN.contains(root)) {
            return Optional.empty();
        }
        if (!isSignedIn(request)) {
            return Optional.of(refuseToken());
        }
        return Optional.of(answerSignedIn(request, new ResourceId(segments)));
    }

    /** Whether a token comes along that was issued here for Resource Manager and has not expired. */
    private boolean isSignedIn(Request request) {
        return request.bearer()
                .flatMap(token -> RegistryEndpoint.readValidToken(azure, token))
                .filter(this::isForThisEndpoint)
                .filter(claims -> claims.getClaim("oid") instanceof String)
                .isPresent();
    }

    private boolean isForThisEndpoint(JWTClaimsSet claims) {
        return claims.getAudience().stream().anyMatch(this::isAudience);
    }

    private boolean isAudience(String audience) {
        return AUDIENCES.contains(audience)
                || audience.startsWith(azure.entra().toString())
                || audience.startsWith(REGISTRY);
    }

    /** Synchronized, so that what a request has checked still holds when the request makes its change. */
    private synchronized Answer answerSignedIn(Request request, ResourceId id) {
        try {
            return route(request, id);
        } catch (ArmException refused) {
            return refused.toAnswer();
        }
    }

    private Answer route(Request request, ResourceId id) {
        String root = id.segments().get(0);
        if (id.segments().size() == 1) {
            String only = root.equals(TENANTS) ? describeTenant() : describeSubscription();
            return json("{\"value\": [" + only + "]}");
        }
        if (root.equals(GRAPH)) {
            return graph.answer(request, id);
        }
        if (!id.isIn(SUBSCRIPTION)) {
            String name = id.segments().get(1);
            throw new ArmException(404, "SubscriptionNotFound", "The subscription '" + name + "' could not be found.");
        }
        boolean isSubscription = id.segments().size() == 2;
        if (isSubscription) {
            return json(describeSubscription());
        }
        return resources.answer(request, id);
    }

    private String describeTenant() {
        return TENANT_JSON.formatted(azure.directory().tenantId());
    }

    private String describeSubscription() {
        return SUBSCRIPTION_JSON.formatted(
                SUBSCRIPTION.text(), SUBSCRIPTION.name(), azure.directory().tenantId());
    }

    private static Answer json(String text) {
        return Answer.text(200, "application/json; charset=utf-8", text);
    }

    private static Answer refuseToken() {
        String message = "Authentication failed. The 'Authorization' header is missing or its token is not valid here.";
        return new ArmException(401, "AuthenticationFailed", message)
                .toAnswer()
                .with("WWW-Authenticate", "Bearer error=\"invalid_token\"");
    }
}
