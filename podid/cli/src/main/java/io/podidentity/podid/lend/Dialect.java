// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.lend;

import io.podidentity.emulator.http.Answer;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * The ways in which Azure's client libraries ask for a managed identity, and how each is told an error. An error that a
 * library would take for a passing one (404, 410, 429 and 5xx) is asked again for up to a minute, so only what passes
 * gets such a status.
 */
enum Dialect {
    /** App Service's, version 2019-08-01: {@code GET $IDENTITY_ENDPOINT} with the secret in a header. */
    APP_SERVICE("App Service", "/msi/token"),

    /**
     * The metadata service's: {@code GET $AZURE_POD_IDENTITY_AUTHORITY_HOST/metadata/identity/oauth2/token}, of which
     * libraries append the path themselves.
     */
    IMDS("IMDS", "/metadata/identity/oauth2/token"),

    /** Cloud Shell's: {@code POST $MSI_ENDPOINT} with a form; msal4j sends a GET. */
    CLOUD_SHELL("Cloud Shell", "/oauth2/token");

    private final String title;
    private final String path;

    Dialect(String title, String path) {
        this.title = title;
        this.path = path;
    }

    String title() {
        return title;
    }

    /** The path of its endpoint; except for App Service the secret stands before it. */
    String path() {
        return path;
    }

    /**
     * The answer to a request that gets no token. The library for Python shows nothing of an error of App Service, but
     * all of a body that is not the JSON it should be; of the metadata service's it shows what should be a code.
     *
     * @param client what the client calls itself
     */
    Answer refuse(Refusal refusal, String client) {
        int status = refusal.status();
        String message = refusal.getMessage();
        boolean isPython = client.startsWith("azsdk-python-identity");
        if (isPython && this == APP_SERVICE) {
            return withoutCache(Answer.text(status, "application/json", message));
        }
        boolean showsCode = isPython && this == IMDS;
        String code = showsCode ? message : refusal.code();
        return withoutCache(Answer.json(status, describeError(status, code, message)));
    }

    private static Answer withoutCache(Answer answer) {
        return answer.with("Cache-Control", "no-store");
    }

    private Map<String, Object> describeError(int status, String code, String message) {
        return switch (this) {
            case APP_SERVICE ->
                new TreeMap<>(Map.of(
                        "statusCode",
                        status,
                        "message",
                        message,
                        "correlationId",
                        UUID.randomUUID().toString()));
            case IMDS -> new TreeMap<>(Map.of("error", code, "error_description", message));
            case CLOUD_SHELL -> Map.of("error", new TreeMap<>(Map.of("code", code, "message", message)));
        };
    }
}
