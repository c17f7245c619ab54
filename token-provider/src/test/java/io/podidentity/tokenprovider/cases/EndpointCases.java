// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.cases;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.TokenSource.Outcome;
import io.podidentity.tokenprovider.TokenSource.Silent;
import io.podidentity.tokenprovider.TokenSource.Unavailable;
import io.podidentity.tokenprovider.UserAssignedIdentity;
import io.podidentity.tokenprovider.internal.chain.SourceDescriptor;
import io.podidentity.tokenprovider.internal.http.HttpRequest;
import io.podidentity.tokenprovider.internal.http.HttpResponse;
import io.podidentity.tokenprovider.internal.http.HttpTransport;
import io.podidentity.tokenprovider.internal.managed.ImdsTokenSource;
import io.podidentity.tokenprovider.internal.source.SourceContext;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.text.Time;
import io.podidentity.tokenprovider.support.Contexts;
import io.podidentity.tokenprovider.support.FakeTransport;
import io.podidentity.tokenprovider.support.Forms;
import java.io.File;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the runners of managed identity cases have in common. */
public final class EndpointCases {
    public static final String RESOURCE = "https://management.azure.com";
    public static final TokenRequest REQUEST =
            TokenRequest.forResource(RESOURCE).withDeadline(Duration.ofMinutes(10));
    public static final String TOKEN = "{\"access_token\":\"t\",\"expires_on\":\"1900000000\"}";

    private EndpointCases() {}

    /** The environment of a case, without what is null there; on Linux unless it says otherwise. */
    public static Environment environment(JsonNode given) {
        return environment(given.path("env"), "windows".equals(given.path("os").asText()));
    }

    public static Environment environment(JsonNode env, boolean windows) {
        Map<String, String> variables = new HashMap<>();
        env.properties().forEach(variable -> {
            if (!variable.getValue().isNull()) {
                variables.put(variable.getKey(), variable.getValue().asText());
            }
        });
        return new Environment(variables, false, windows, "/nowhere");
    }

    /** The variables of a host by the name that cases give it. */
    public static Environment environment(String host) {
        Map<String, String> variables = switch (host) {
            case "IMDS", "ANY", "DEFAULT_TO_IMDS" -> Map.of();
            case "APP_SERVICE" -> Map.of("IDENTITY_ENDPOINT", "http://127.0.0.1:1/t", "IDENTITY_HEADER", "hdr");
            case "CLOUD_SHELL" -> Map.of("MSI_ENDPOINT", "http://127.0.0.1:1/t");
            case "AZURE_ML", "MACHINE_LEARNING" -> Map.of("MSI_ENDPOINT", "http://127.0.0.1:1/t", "MSI_SECRET", "sec");
            case "AZURE_ARC" ->
                Map.of("IDENTITY_ENDPOINT", "http://127.0.0.1:1/t", "IMDS_ENDPOINT", "http://127.0.0.1:1");
            case "SERVICE_FABRIC" ->
                Map.of(
                        "IDENTITY_ENDPOINT",
                        "https://localhost:1/t",
                        "IDENTITY_HEADER",
                        "hdr",
                        "IDENTITY_SERVER_THUMBPRINT",
                        "a".repeat(40));
            default -> throw new AssertionError(host);
        };
        return new Environment(variables, false, false, "/nowhere");
    }

    /** The identity that a case names; null for the one there is. */
    public static UserAssignedIdentity identity(JsonNode identity) {
        if (identity.hasNonNull("client_id")) {
            return UserAssignedIdentity.ofClientId(identity.get("client_id").asText());
        }
        if (identity.hasNonNull("object_id")) {
            return UserAssignedIdentity.ofObjectId(identity.get("object_id").asText());
        }
        return identity.hasNonNull("resource_id")
                ? UserAssignedIdentity.ofResourceId(identity.get("resource_id").asText())
                : null;
    }

    /** The source for the host at hand, or the metadata service's. */
    public static TokenSource source(
            Environment environment, Path root, HttpTransport http, Time time, UserAssignedIdentity identity) {
        TokenSource host = SourceDescriptor.createEndpoint(
                new SourceContext(environment, new File(root.toString()), http, time), identity);
        return host == null ? new ImdsTokenSource(Contexts.of(environment, http, time), false, identity) : host;
    }

    /** The failure of a call, as an exception or as an absence; null with a token. */
    public static Failed failure(TokenSource source, TokenRequest request) throws InterruptedException {
        try {
            return absence(source.acquire(request));
        } catch (TokenAcquisitionException e) {
            return new Failed(false, e.getMessage());
        }
    }

    /** The outcome of a source that has no token; null of one that has. */
    public static Failed absence(Outcome outcome) {
        if (outcome instanceof Silent silent) {
            return new Failed(true, silent.reason() + ". " + silent.remedy());
        }
        return outcome instanceof Unavailable none ? new Failed(true, none.reason() + ". " + none.remedy()) : null;
    }

    /**
     * A call without a token.
     *
     * @param unavailable whether the next source would be asked
     */
    public record Failed(boolean unavailable, String message) {}

    /** The decoded members of a query, or of a form. */
    public static Map<String, String> members(String text) {
        Map<String, String> members = new LinkedHashMap<>();
        for (String member : text.split("&", -1)) {
            int equals = member.indexOf('=');
            members.put(
                    member.substring(0, equals),
                    URLDecoder.decode(member.substring(equals + 1), StandardCharsets.UTF_8));
        }
        return members;
    }

    /** A body as it is written: a text as it is, an object as JSON. */
    public static String text(JsonNode body) {
        return body.isTextual() ? body.asText() : body.isMissingNode() ? "" : body.toString();
    }

    public static String[] list(JsonNode texts) {
        List<String> list = new ArrayList<>();
        texts.forEach(text -> list.add(text.asText()));
        return list.toArray(new String[0]);
    }

    public static Map<String, String> query(HttpRequest request) {
        return members(request.url().substring(request.url().indexOf('?') + 1));
    }

    public static Map<String, String> texts(JsonNode object) {
        Map<String, String> texts = new HashMap<>();
        object.properties()
                .forEach(member -> texts.put(member.getKey(), member.getValue().asText()));
        return texts;
    }

    /** A server that does all this, the last for ever; before each token it asks for Arc's key, if it is Arc's. */
    public static FakeTransport transport(FakeTransport http, JsonNode answers, boolean challenging) {
        CaseServer server = new CaseServer(http, TOKEN, "");
        for (JsonNode answer : answers) {
            if (challenging && (answer.asText().equals("200") || answer.asText().equals("token"))) {
                http.does(request -> new HttpResponse(
                        401, "", null, "Basic realm=/var/opt/azcmagent/tokens/a.key", null, null, null));
            }
            server.does(answer);
        }
        return http;
    }

    /** Looks at a member of what is expected that is about the requests: how many, or the first of them. */
    public static void assertSent(String member, JsonNode value, List<HttpRequest> sent) {
        if (List.of("sends", "requests", "http_requests").contains(member)) {
            assertThat(sent).hasSize(value.asInt());
            return;
        }
        if (!List.of(
                        "method",
                        "url",
                        "query",
                        "form",
                        "query_has",
                        "query_lacks",
                        "headers",
                        "headers_absent",
                        "no_double_slash")
                .contains(member)) {
            return;
        }
        assertThat(sent).isNotEmpty();
        HttpRequest first = sent.get(0);
        switch (member) {
            case "method" -> assertThat(first.form() == null ? "GET" : "POST").isEqualTo(value.asText());
            case "url" -> assertThat((first.url() + "?").split("\\?", -1)[0]).isEqualTo(value.asText());
            case "query" -> assertThat(query(first)).isEqualTo(texts(value));
            case "form" -> assertThat(members(first.form())).isEqualTo(texts(value));
            case "query_has" -> assertThat(parameters(first)).containsAllEntriesOf(texts(value));
            case "query_lacks" -> assertThat(parameters(first)).doesNotContainKeys(list(value));
            case "headers" ->
                texts(value)
                        .forEach((name, text) -> assertThat(header(first, name)).isEqualTo(text));
            case "headers_absent" ->
                value.forEach(name -> assertThat(header(first, name.asText())).isNull());
            default ->
                assertThat(!first.url().substring("https://".length()).contains("//"))
                        .isEqualTo(value.asBoolean());
        }
    }

    private static Map<String, String> parameters(HttpRequest request) {
        return request.form() == null ? query(request) : members(request.form());
    }

    private static String header(HttpRequest request, String name) {
        return name.equals("Content-Type") && request.form() != null
                ? "application/x-www-form-urlencoded"
                : Forms.header(request, name);
    }

    /** The members that say what a message contains, and what it lacks, by any name. */
    public static void assertMessage(JsonNode expected, String message) {
        expected.properties().forEach(member -> {
            switch (member.getKey()) {
                case "message_contains", "messageContains", "message_names" ->
                    assertThat(message).contains(words(member.getValue()));
                case "message_lacks", "messageLacks" -> assertThat(message).doesNotContain(words(member.getValue()));
                default -> {
                    // Not about the message.
                }
            }
        });
    }

    /** A text, or several. */
    public static String[] words(JsonNode texts) {
        return texts.isArray() ? list(texts) : new String[] {texts.asText()};
    }

    public static boolean isImds(String host) {
        return List.of("IMDS", "DEFAULT_TO_IMDS", "ANY").contains(host);
    }

    public static boolean fails(JsonNode expected) {
        return expected.has("error")
                || expected.has("message_contains")
                || List.of("failed", "unavailable")
                        .contains(expected.path("result").asText());
    }
}
