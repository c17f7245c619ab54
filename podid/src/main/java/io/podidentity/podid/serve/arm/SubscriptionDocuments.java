package io.podidentity.podid.serve.arm;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The documents that say where everything is, and to which subscription and tenant one has signed in. */
final class SubscriptionDocuments {

    static final String SUBSCRIPTION_ID = "50d1d000-0000-4000-8000-000000000005";

    private final URI base;
    private final String tenantId;

    SubscriptionDocuments(URI base, String tenantId) {
        this.base = base;
        this.tenantId = tenantId;
    }

    Map<String, Object> endpoints() {
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

    Map<String, Object> subscriptions() {
        return list(subscription());
    }

    Map<String, Object> subscription() {
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

    Map<String, Object> tenants() {
        return list(Map.of(
                "id", "/tenants/" + tenantId,
                "tenantId", tenantId,
                "displayName", "podid emulator",
                "defaultDomain", "podid.example",
                "tenantCategory", "Home"));
    }

    private static Map<String, Object> list(Map<String, Object> only) {
        return Map.of("value", List.of(only), "count", Map.of("type", "Total", "value", 1));
    }
}
