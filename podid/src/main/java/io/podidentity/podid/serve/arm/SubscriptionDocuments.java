package io.podidentity.podid.serve.arm;

import io.podidentity.emulator.http.Answer;
import java.net.URI;

/** The documents that say where everything is, and to which subscription and tenant one has signed in. */
final class SubscriptionDocuments {

    static final String SUBSCRIPTION_ID = "50d1d000-0000-4000-8000-000000000005";

    private static final String ENDPOINTS = """
        {"name": "podid", "portal": "%1$s", "media": "%1$s", "resourceManager": "%1$s", "graphAudience": "%1$s/",
         "authentication": {"loginEndpoint": "%1$s", "audiences": ["%1$s/"], "tenant": "common",
          "identityProvider": "AAD"},
         "suffixes": {"storage": "localhost"}}
        """;

    private static final String SUBSCRIPTION = """
        {"id": "/subscriptions/%1$s", "subscriptionId": "%1$s", "tenantId": "%2$s", "state": "Enabled",
         "displayName": "podid emulator", "authorizationSource": "RoleBased", "managedByTenants": []}
        """;

    private static final String TENANT = """
        {"id": "/tenants/%1$s", "tenantId": "%1$s", "displayName": "podid emulator",
         "defaultDomain": "podid.example", "tenantCategory": "Home"}
        """;

    private final URI base;
    private final String tenantId;

    SubscriptionDocuments(URI base, String tenantId) {
        this.base = base;
        this.tenantId = tenantId;
    }

    Answer endpoints() {
        return json(ENDPOINTS.formatted(base));
    }

    Answer subscriptions() {
        return json(list(SUBSCRIPTION.formatted(SUBSCRIPTION_ID, tenantId)));
    }

    Answer subscription() {
        return json(SUBSCRIPTION.formatted(SUBSCRIPTION_ID, tenantId));
    }

    Answer tenants() {
        return json(list(TENANT.formatted(tenantId)));
    }

    private static String list(String only) {
        return "{\"value\": [" + only + "], \"count\": {\"type\": \"Total\", \"value\": 1}}";
    }

    private static Answer json(String text) {
        return Answer.text(200, "application/json; charset=utf-8", text);
    }
}
