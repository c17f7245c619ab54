package io.podidentity.emulator.entra;

import com.nimbusds.jwt.JWTClaimsSet;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.token.AccessTokenReader;
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The few answers of Azure Resource Manager that {@code az cloud register} and {@code az login} ask for. */
final class ResourceManagerEndpoint {

    static final String SUBSCRIPTION_ID = "50d1d000-0000-4000-8000-000000000005";

    private final URI base;
    private final String tenantId;
    private final AccessTokenReader tokens;
    private final Clock clock;

    ResourceManagerEndpoint(URI base, String tenantId, AccessTokenReader tokens, Clock clock) {
        this.base = base;
        this.tenantId = tenantId;
        this.tokens = tokens;
        this.clock = clock;
    }

    /** Answers, or is empty if the path is none of Resource Manager's. */
    Optional<Answer> answer(Request request) {
        return switch (String.join("/", request.segments())) {
            case "metadata/endpoints" -> Optional.of(Answer.json(200, endpoints()));
            case "subscriptions" -> Optional.of(signedIn(request) ? Answer.json(200, list(subscription())) : refusal());
            case "tenants" -> Optional.of(signedIn(request) ? Answer.json(200, list(tenant())) : refusal());
            default -> Optional.empty();
        };
    }

    private boolean signedIn(Request request) {
        Instant now = clock.instant();
        return request.bearer()
                .flatMap(tokens::read)
                .filter(claims -> claims.getExpirationTime().toInstant().isAfter(now))
                .filter(this::isForThis)
                .isPresent();
    }

    private boolean isForThis(JWTClaimsSet claims) {
        return claims.getAudience().stream().anyMatch(audience -> audience.startsWith(base.toString()));
    }

    private static Answer refusal() {
        String message = "Authentication failed. The 'Authorization' header is missing or its token is not valid here.";
        return Answer.json(401, Map.of("error", Map.of("code", "AuthenticationFailed", "message", message)))
                .with("WWW-Authenticate", "Bearer error=\"invalid_token\"");
    }

    private Map<String, Object> endpoints() {
        var document = new LinkedHashMap<String, Object>();
        document.put("name", "podid");
        document.put("portal", base.toString());
        document.put(
                "authentication",
                Map.of(
                        "loginEndpoint",
                        base.toString(),
                        "audiences",
                        List.of(base + "/"),
                        "tenant",
                        "common",
                        "identityProvider",
                        "AAD"));
        document.put("graphAudience", base + "/");
        document.put("resourceManager", base.toString());
        document.put("media", base.toString());
        document.put("suffixes", Map.of("storage", "localhost"));
        return document;
    }

    private Map<String, Object> subscription() {
        return Map.of(
                "id",
                "/subscriptions/" + SUBSCRIPTION_ID,
                "subscriptionId",
                SUBSCRIPTION_ID,
                "tenantId",
                tenantId,
                "displayName",
                "podid emulator",
                "state",
                "Enabled",
                "authorizationSource",
                "RoleBased",
                "managedByTenants",
                List.of());
    }

    private Map<String, Object> tenant() {
        return Map.of(
                "id", "/tenants/" + tenantId,
                "tenantId", tenantId,
                "displayName", "podid emulator",
                "defaultDomain", "podid.example",
                "tenantCategory", "Home");
    }

    private static Map<String, Object> list(Map<String, Object> only) {
        return Map.of("value", List.of(only), "count", Map.of("type", "Total", "value", 1));
    }
}
