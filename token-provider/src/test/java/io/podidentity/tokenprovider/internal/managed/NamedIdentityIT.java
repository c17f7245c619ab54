// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.managed;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.Explanation;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenAttempt.State;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.UserAssignedIdentity;
import io.podidentity.tokenprovider.UserAssignedIdentity.Kind;
import io.podidentity.tokenprovider.internal.chain.SourceDescriptor;
import io.podidentity.tokenprovider.internal.http.HttpTransport;
import io.podidentity.tokenprovider.internal.source.SourceContext;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.text.Time;
import io.podidentity.tokenprovider.support.FaultyServer;
import io.podidentity.tokenprovider.support.RecordedLog;
import io.podidentity.tokenprovider.support.Tokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A request gets the identity that it names, or none: every host that takes a name, each way to name an identity, each
 * field of an answer that says whose token it is, over sockets.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class NamedIdentityIT {
    private static final String ARC_KEY = "/var/opt/azcmagent/tokens/a.key";
    private static final TokenRequest REQUEST = TokenRequest.forResource("https://storage.azure.com/");

    /** The hosts; Service Fabric and Cloud Shell take no name, and refuse one before they are asked. */
    enum Host {
        IMDS("AZURE_POD_IDENTITY_AUTHORITY_HOST"),
        APP_SERVICE("IDENTITY_ENDPOINT", "IDENTITY_HEADER"),
        OLD_APP_SERVICE("MSI_ENDPOINT", "MSI_SECRET", "WEBSITE_SITE_NAME"),
        AZURE_ML("MSI_ENDPOINT", "MSI_SECRET"),
        AZURE_ARC("IDENTITY_ENDPOINT", "IMDS_ENDPOINT");

        @SuppressWarnings("ImmutableEnumChecker") // List.of.
        private final List<String> variables;

        Host(String... variables) {
            this.variables = List.of(variables);
        }

        Map<String, String> environment(String url) {
            Map<String, String> environment = new HashMap<>();
            variables.forEach(variable -> environment.put(variable, "x"));
            environment.put(variables.get(0), url);
            return environment;
        }

        boolean takes(Kind kind) {
            return kind == Kind.CLIENT_ID || (this != OLD_APP_SERVICE && this != AZURE_ML);
        }

        /** The fields of its answer that say an ID of this kind. */
        List<String> fields(Kind kind) {
            return switch (kind) {
                case CLIENT_ID -> List.of("client_id");
                case OBJECT_ID -> List.of("object_id");
                case RESOURCE_ID -> List.of("msi_res_id", "mi_res_id");
            };
        }

        /** The claims of a token that do. */
        List<String> claims(Kind kind) {
            return switch (kind) {
                case CLIENT_ID -> List.of("appid", "azp");
                case OBJECT_ID -> List.of("oid");
                case RESOURCE_ID -> List.of("xms_mirid");
            };
        }
    }

    /** How a program or its operator names one. */
    enum Way {
        VARIABLE,
        CONNECTION_STRING,
        REQUEST
    }

    @TempDir
    private Path root;

    private volatile String body = "";

    @ParameterizedTest
    @EnumSource(Host.class)
    void getAccessToken_whateverNamesAnotherIdentity_isRefusedByBothNames(Host host) throws Exception {
        StringBuilder wrong = new StringBuilder();
        try (FaultyServer server = new FaultyServer(this::answer)) {
            for (Kind kind : Kind.values()) {
                if (!host.takes(kind)) {
                    continue;
                }
                for (String answer : others(host, kind)) {
                    body = answer;
                    for (Way way : Way.values()) {
                        if (way != Way.CONNECTION_STRING || kind == Kind.CLIENT_ID) {
                            wrong.append(refusal(host, kind, way, server.url()));
                        }
                    }
                }
            }
        }
        assertThat(wrong.toString()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Host.class)
    void getAccessToken_whateverNamesTheSameIdentity_isTheTokenInAnyCase(Host host) throws Exception {
        try (FaultyServer server = new FaultyServer(this::answer)) {
            for (Kind kind : Kind.values()) {
                for (String field : host.takes(kind) ? host.fields(kind) : List.<String>of()) {
                    String mine = id(kind, "a").toUpperCase(Locale.ROOT);
                    body = body(Map.of(host.claims(kind).get(0), mine), Map.of(field, mine));

                    Explanation explanation = explain(host, kind, Way.REQUEST, server.url());

                    assertThat(explanation.hasToken())
                            .as("%s %s", field, explanation)
                            .isTrue();
                    assertThat(explanation.attempts().get(0).reason()).isEmpty();
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Host.class)
    void explain_whenNothingSaysWhoseTokenItIs_saysThatItIsNotVerified(Host host) throws Exception {
        body = "{\"access_token\":\"opaque\",\"expires_in\":3600}";
        try (FaultyServer server = new FaultyServer(this::answer)) {
            Explanation explanation = explain(host, Kind.CLIENT_ID, Way.REQUEST, server.url());

            if (host == Host.AZURE_ARC) {
                // An agent that does not know user-assigned identities hands out the machine's own, and does not say
                // so.
                assertThat(explanation.failure().orElseThrow().code()).isEqualTo(Code.INVALID_RESPONSE);
                return;
            }
            assertThat(explanation.attempts().get(0).state()).isEqualTo(State.ACQUIRED);
            assertThat(explanation.toString())
                    .contains("not verified: neither the answer nor the token says that it is of client ID "
                            + id(Kind.CLIENT_ID, "a"))
                    .hasSizeLessThanOrEqualTo(800);
        }
    }

    /** The holder of a token that names nobody, or of one named by a resource ID, which few tokens tell. */
    @ParameterizedTest
    @EnumSource(Kind.class)
    void getAccessToken_whenNothingSaysWhoseTokenItIs_isLoggedOnceAndToldToListeners(Kind kind) throws Exception {
        body = kind == Kind.RESOURCE_ID
                ? body(Map.of("appid", "b", "oid", "c"), Map.of())
                : "{\"access_token\":\"opaque\",\"expires_in\":3600}";
        Map<String, String> variables = new HashMap<>();
        variables.put(
                switch (kind) {
                    case CLIENT_ID -> ManagedIdentityEndpoint.CLIENT_ID;
                    case OBJECT_ID -> ManagedIdentityEndpoint.OBJECT_ID;
                    case RESOURCE_ID -> ManagedIdentityEndpoint.RESOURCE_ID;
                },
                id(kind, "a"));
        RecordedLog log = new RecordedLog("io.podidentity.tokenprovider");
        try (FaultyServer server = new FaultyServer(this::answer)) {
            variables.put("AZURE_POD_IDENTITY_AUTHORITY_HOST", server.url());
            List<String> told = new CopyOnWriteArrayList<>();
            AzureServiceTokenProvider provider = AzureServiceTokenProvider.builder()
                    .environment(variables)
                    .listener(event -> event.attempts().forEach(attempt -> told.add(attempt.reason())))
                    .build();

            assertThat(provider.getAccessToken(REQUEST)).isNotEmpty();
            assertThat(provider.getAccessToken(REQUEST.withForceRefresh(true))).isNotEmpty();

            String doubt =
                    "not verified: neither the answer nor the token says that it is of " + named(kind, id(kind, "a"));
            assertThat(log.lines())
                    .filteredOn(line -> line.getLevel().equals(Level.WARNING))
                    .extracting(LogRecord::getMessage)
                    .containsExactly("A token of IMDS for " + REQUEST.resource() + ": " + doubt);
            assertThat(told).contains(doubt);
        } finally {
            log.close();
        }
    }

    @Test
    void explain_whenNobodyNamedAnIdentity_saysNothingOfIt() throws Exception {
        body = body(Map.of("appid", "b"), Map.of("client_id", "c"));
        try (FaultyServer server = new FaultyServer(this::answer)) {
            AzureServiceTokenProvider provider = AzureServiceTokenProvider.builder()
                    .environment(Host.APP_SERVICE.environment(server.url()))
                    .build();

            assertThat(provider.explain(REQUEST).attempts().get(0).reason()).isEmpty();
        }
    }

    /** Answers in which exactly one field or claim is of another identity, the others being of the right one. */
    private static List<String> others(Host host, Kind kind) {
        String mine = id(kind, "a");
        String other = id(kind, "b");
        List<String> bodies = new ArrayList<>();
        for (String field : host.fields(kind)) {
            bodies.add(body(Map.of(host.claims(kind).get(0), mine), Map.of(field, other)));
        }
        for (String claim : host.claims(kind)) {
            bodies.add(body(Map.of(claim, other), Map.of()));
            bodies.add(body(Map.of(claim, other), Map.of(host.fields(kind).get(0), mine)));
        }
        return bodies;
    }

    private String refusal(Host host, Kind kind, Way way, String url) throws IOException {
        String what = host + " " + kind + " " + way + " " + body;
        TokenAcquisitionException failure;
        try {
            failure = explain(host, kind, way, url).failure().orElse(null);
        } catch (RuntimeException e) {
            return what + " threw " + e + "\n";
        }
        if (failure == null) {
            return what + ": the token of another identity\n";
        }
        boolean named = failure.getMessage().contains(id(kind, "a"))
                && failure.getMessage().contains(id(kind, "b"));
        return failure.code() == Code.REFUSED && named && failure.getMessage().length() <= 800
                ? ""
                : what + ": " + failure.getMessage() + "\n";
    }

    private Explanation explain(Host host, Kind kind, Way way, String url) throws IOException {
        Path key = Path.of(root.toString(), ARC_KEY);
        Files.createDirectories(key.getParent());
        Files.writeString(key, "the-key");
        Map<String, String> variables = host.environment(url);
        UserAssignedIdentity named = named(kind, id(kind, "a"));
        if (way == Way.VARIABLE) {
            String variable = switch (kind) {
                case CLIENT_ID -> ManagedIdentityEndpoint.CLIENT_ID;
                case OBJECT_ID -> ManagedIdentityEndpoint.OBJECT_ID;
                case RESOURCE_ID -> ManagedIdentityEndpoint.RESOURCE_ID;
            };
            variables.put(variable, named.id());
        }
        AzureServiceTokenProvider.Builder builder =
                AzureServiceTokenProvider.builder().environment(variables);
        if (host == Host.AZURE_ARC) {
            // The key's folder is of the root of a file system, which no setting of the builder has.
            SourceContext context = new SourceContext(
                    Environment.of(variables), root.toFile(), new HttpTransport(Time.SYSTEM), Time.SYSTEM);
            builder.sources(List.of(
                    SourceDescriptor.createManagedIdentity(context, way == Way.CONNECTION_STRING ? named : null)));
        } else if (way == Way.CONNECTION_STRING) {
            builder.connectionString("RunAs=App;AppId=" + named.id());
        }
        TokenRequest request = REQUEST.withDeadline(Duration.ofSeconds(10));
        return builder.build().explain(way == Way.REQUEST ? request.withIdentity(named) : request);
    }

    private void answer(FaultyServer.Connection connection) throws IOException {
        boolean challenge = connection.request().startsWith("GET /msi-arc")
                || connection.request().contains("2020-06-01");
        if (challenge && !connection.request().contains("Basic the-key")) {
            connection.sends("HTTP/1.1 401 x\r\nWWW-Authenticate: Basic realm=" + ARC_KEY
                    + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            return;
        }
        connection.sends("HTTP/1.1 200 x\r\nContent-Length: " + body.length() + "\r\nConnection: close\r\n\r\n" + body);
    }

    private static UserAssignedIdentity named(Kind kind, String id) {
        return switch (kind) {
            case CLIENT_ID -> UserAssignedIdentity.ofClientId(id);
            case OBJECT_ID -> UserAssignedIdentity.ofObjectId(id);
            case RESOURCE_ID -> UserAssignedIdentity.ofResourceId(id);
        };
    }

    private static String id(Kind kind, String letter) {
        return kind == Kind.RESOURCE_ID
                ? "/subscriptions/s/resourcegroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/"
                        + letter
                : "11111111-1111-1111-1111-111111111111".replace("1", letter);
    }

    private static String body(Map<String, Object> claims, Map<String, String> fields) {
        StringBuilder json = new StringBuilder("{\"access_token\":\"" + Tokens.jwt(claims) + "\",\"expires_in\":3600");
        fields.forEach((name, value) -> json.append(",\"" + name + "\":\"" + value + "\""));
        return json.append('}').toString();
    }
}
