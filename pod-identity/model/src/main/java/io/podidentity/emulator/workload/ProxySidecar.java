// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.workload;

import static java.util.stream.Collectors.joining;

import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.CleanPath;
import io.podidentity.emulator.http.Endpoint;
import io.podidentity.emulator.http.Parameters;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The proxy beside a program that asks the metadata service: answers with tokens of the pod's workload identity, and
 * passes everything else on. Unlike the metadata service it asks for no {@code Metadata} header, and unlike the real
 * proxy it keeps no token: each request is an exchange. Thread-safe.
 *
 * @param clientId the container's AZURE_CLIENT_ID, empty if it has none
 * @param authority the container's AZURE_AUTHORITY_HOST, with a trailing slash
 * @param imds what it passes other requests on to
 * @since 0.1.0
 */
public record ProxySidecar(
        String clientId, String authority, String tenantId, Path tokenFile, Endpoint entra, Endpoint imds, Clock clock)
        implements Endpoint {

    /** What it calls itself, as it was built for the recorded answers. */
    private static final String SERVER = "azure-workload-identity/proxy/v1.6.0 (linux/amd64) 04d01a2/2026-01-01";

    private static final String RULE = "-".repeat(80) + "\n";

    /** Which part of the proxy a path leads to: by its beginning, and only {@code /metadata} in any letter case. */
    enum Route {
        TOKEN,
        READY,
        IMDS;

        private static final Pattern TOKEN_PREFIX = Pattern.compile("/(?i:metadata)/identity/oauth2/token");

        static Route of(String path) {
            if (TOKEN_PREFIX.matcher(path).lookingAt()) {
                return TOKEN;
            }
            return path.startsWith("/readyz") ? READY : IMDS;
        }
    }

    @Override
    public Answer answer(Request request) {
        return CleanPath.redirect(request).orElseGet(() -> routed(request));
    }

    private Answer routed(Request request) {
        return switch (Route.of(Request.decodeSegment(request.rawPath()))) {
            case TOKEN -> exchangeToken(request).with("Server", SERVER);
            case READY -> Answer.text(200, "text/plain; charset=utf-8", "ok");
            case IMDS -> imds.answer(request);
        };
    }

    /** The scope for a resource; its trailing slash is kept. */
    static String scope(String resource) {
        return resource.endsWith("/.default") ? resource : resource + "/.default";
    }

    private Answer exchangeToken(Request request) {
        Parameters query = Parameters.parseAsGo(request.rawQuery(), false);
        String client = query.get("client_id").orElse(clientId);
        if (client.isEmpty()) {
            return error(400, "The client_id parameter or AZURE_CLIENT_ID environment variable must be set");
        }
        String resource = query.get("resource").orElse("");
        if (resource.isEmpty()) {
            return error(400, "The resource parameter is required.");
        }
        try {
            Request exchange = exchange(client, resource);
            Answer exchanged = entra.answer(exchange);
            if (exchanged.status() != 200) {
                return error(500, describeFailure(authority + exchange.rawPath().substring(1), exchanged));
            }
            return answerToken(Json.object(exchanged.text()), resource);
        } catch (IOException | ParseException e) {
            return error(500, "failed to exchange the token: " + e.getMessage());
        }
    }

    private Request exchange(String client, String resource) throws IOException {
        // MSAL asks for these as well, whoever asks.
        String scopes = scope(resource) + " openid offline_access profile";
        return tokenRequest(
                tenantId, client, scopes, Files.readString(tokenFile).strip());
    }

    private Answer answerToken(Map<String, Object> exchanged, String resource) throws ParseException {
        // The whole seconds that are left when the proxy looks, a moment later.
        if (!(exchanged.get("expires_in") instanceof Number lifetime)) {
            throw new ParseException("expires_in is no number", 0);
        }
        long seconds = lifetime.longValue() - 1;
        var body = new LinkedHashMap<String, Object>();
        body.put("access_token", exchanged.get("access_token"));
        body.put("refresh_token", "");
        // A number, and ten seconds less than it is, where the metadata service has a text.
        body.put("expires_in", seconds - 10);
        body.put("expires_on", Long.toString(clock.instant().getEpochSecond() + seconds + 1));
        body.put("not_before", 0);
        body.put("resource", resource);
        body.put("token_type", "Bearer");
        return Answer.text(200, "application/json", Json.write(body) + "\n");
    }

    /** The text in which Go's azidentity passes on that Entra ID refuses a token; the URL is what was asked by POST. */
    private static String describeFailure(String url, Answer answer) {
        String body = answer.text();
        String status = answer.status() + ": " + answer.status() + " " + answer.reasonPhrase();
        return "WorkloadIdentityCredential authentication failed. \nPOST " + url + "\n" + RULE + "RESPONSE " + status
                + "\n" + RULE + (body.isEmpty() ? "Response contained no body" : indented(body)) + "\n" + RULE
                + "To troubleshoot, visit https://aka.ms/azsdk/go/identity/troubleshoot#workload";
    }

    /** A JSON object with a line for each member and element; what is none stays as it is. */
    private static String indented(String json) {
        try {
            return Json.object(json).entrySet().stream()
                    .map(member -> "  " + Json.write(member.getKey()) + ": " + indented(member.getValue()))
                    .collect(joining(",\n", "{\n", "\n}"));
        } catch (ParseException e) {
            return json;
        }
    }

    private static String indented(Object value) {
        if (!(value instanceof List<?> list)) {
            return Json.write(value);
        }
        return list.stream().map(element -> "    " + Json.write(element)).collect(joining(",\n", "[\n", "\n  ]"));
    }

    private static Answer error(int status, String message) {
        return Answer.text(status, "text/plain; charset=utf-8", message + "\n")
                .with("X-Content-Type-Options", "nosniff");
    }

    /**
     * How a workload asks Entra ID for a token, with that of its service account.
     *
     * @see <a href="https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow">client
     *     credentials with a federated credential</a>
     */
    public static Request tokenRequest(String tenantId, String clientId, String scope, String assertion) {
        return Request.form(
                "/" + tenantId + "/oauth2/v2.0/token",
                Map.of(
                        "grant_type",
                        "client_credentials",
                        "client_id",
                        clientId,
                        "scope",
                        scope,
                        "client_assertion_type",
                        "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                        "client_assertion",
                        assertion));
    }
}
