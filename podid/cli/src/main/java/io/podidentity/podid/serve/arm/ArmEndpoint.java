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

    /** Registries take a token for themselves too. */
    private static final String REGISTRY = "https://containerregistry.azure.net";

    /** Resource Manager's own name, and the older one, which az still asks for. */
    private static final Set<String> AUDIENCES = Set.of(
            "https://management.azure.com",
            "https://management.azure.com/",
            "https://management.core.windows.net",
            "https://management.core.windows.net/");

    private static final String ENDPOINTS = """
            {"name": "podid", "portal": "%1$s", "media": "%1$s", "resourceManager": "%1$s", "graphAudience": "%1$s/",
             "authentication": {"loginEndpoint": "%1$s", "audiences": ["%1$s/"], "tenant": "common",
              "identityProvider": "AAD"},
             "suffixes": {"storage": "localhost"}}
            """;

    private static final String SUBSCRIPTION = """
            {"id": "%1$s", "subscriptionId": "%2$s", "tenantId": "%3$s", "state": "Enabled",
             "displayName": "podid emulator", "authorizationSource": "RoleBased", "managedByTenants": []}
            """;

    private static final String TENANT = """
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
        return switch (segments.isEmpty() ? "" : segments.get(0)) {
            case "metadata" -> Optional.of(json(ENDPOINTS.formatted(azure.entra())));
            case "tenants", "subscriptions", "v1.0" ->
                Optional.of(isSignedIn(request) ? allowed(request, new ResourceId(segments)) : refusal());
            default -> Optional.empty();
        };
    }

    /** Whether a token comes along that was issued here for Resource Manager and has not expired. */
    private boolean isSignedIn(Request request) {
        return request.bearer()
                .flatMap(token -> RegistryEndpoint.valid(azure, token))
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

    /** One at a time: what a request checks holds until it has changed what it wants to. */
    private synchronized Answer allowed(Request request, ResourceId id) {
        List<String> segments = id.segments();
        String tenantId = azure.directory().tenantId();
        String subscription = SUBSCRIPTION.formatted(
                ResourceId.SUBSCRIPTION,
                ResourceId.parse(ResourceId.SUBSCRIPTION).name(),
                tenantId);
        try {
            if (segments.size() == 1) {
                String only = segments.get(0).equals("tenants") ? TENANT.formatted(tenantId) : subscription;
                return json("{\"value\": [" + only + "]}");
            }
            if (segments.get(0).equals("v1.0")) {
                return graph.answer(request, id);
            }
            if (!id.isIn(ResourceId.parse(ResourceId.SUBSCRIPTION))) {
                throw new ArmException(
                        404, "SubscriptionNotFound", "The subscription '" + segments.get(1) + "' could not be found.");
            }
            return segments.size() == 2 ? json(subscription) : resources.answer(request, id);
        } catch (ArmException refused) {
            return refused.answer();
        }
    }

    private static Answer json(String text) {
        return Answer.text(200, "application/json; charset=utf-8", text);
    }

    private static Answer refusal() {
        String message = "Authentication failed. The 'Authorization' header is missing or its token is not valid here.";
        return new ArmException(401, "AuthenticationFailed", message)
                .answer()
                .with("WWW-Authenticate", "Bearer error=\"invalid_token\"");
    }
}
