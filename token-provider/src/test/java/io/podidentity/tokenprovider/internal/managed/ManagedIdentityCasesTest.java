package io.podidentity.tokenprovider.internal.managed;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.podidentity.tokenprovider.Principal;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.TokenSource.Acquired;
import io.podidentity.tokenprovider.cases.ConformanceCase;
import io.podidentity.tokenprovider.cases.ConformanceFile;
import io.podidentity.tokenprovider.cases.ConformanceRunner;
import io.podidentity.tokenprovider.cases.EndpointCases;
import io.podidentity.tokenprovider.cases.EndpointCases.Failed;
import io.podidentity.tokenprovider.cases.Runs;
import io.podidentity.tokenprovider.internal.http.HttpRequest;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.support.FakeTime;
import io.podidentity.tokenprovider.support.FakeTransport;
import io.podidentity.tokenprovider.support.Tokens;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

/** Managed identities as the .NET library has them. */
@Runs(file = ConformanceFile.APP_AUTHENTICATION, kinds = "managed-identity")
class ManagedIdentityCasesTest extends ConformanceRunner {
    private static final String SYSTEM = "00000000-0000-0000-0000-0000000000a1";

    @TempDir
    private Path root;

    @Override
    public void run(ConformanceCase row) throws Exception {
        FakeTime own = new FakeTime();
        JsonNode given = row.given();
        FakeTransport http = http(row);
        TokenSource source = source(row, http, own);
        TokenRequest request = TokenRequest.forResource(given.path("resource").asText("https://vault.azure.net/"))
                .withClientId(row.given("clientId"))
                .withTenantId(row.given("tenantId"))
                .withDeadline(limit(given));
        long start = own.nanos();
        List<Failed> failures = new ArrayList<>();
        Acquired acquired = null;
        try {
            TokenSource.Outcome outcome = source.acquire(request);
            if (outcome instanceof Acquired token) {
                acquired = token;
            } else {
                failures.add(new Failed(true, ((TokenSource.Unavailable) outcome).reason()));
            }
        } catch (TokenAcquisitionException e) {
            failures.add(new Failed(false, e.getMessage()));
        }
        if (row.expected().has("environment")) {
            assertThat(source.name().replace(" ", "")).isEqualTo(row.expected("environment"));
        }
        verify(row, http, acquired, failures.isEmpty() ? "" : failures.get(0).message());
        assertThat(Duration.ofNanos(own.nanos() - start)).isLessThanOrEqualTo(limit(given));
    }

    private static Duration limit(JsonNode given) {
        String seconds = given.path("retryTimeoutSeconds").asText("120");
        return Duration.ofSeconds(Long.parseLong(seconds.substring(seconds.lastIndexOf('.') + 1)));
    }

    private TokenSource source(ConformanceCase row, FakeTransport http, FakeTime own) {
        Environment environment = EndpointCases.environment(row.given());
        return row.given().has("probe")
                ? new ImdsTokenSource(environment, http, own, true)
                : EndpointCases.source(environment, root, http, own, null);
    }

    private static FakeTransport http(ConformanceCase row) {
        JsonNode given = row.given();
        FakeTransport http = new FakeTransport();
        if (given.has("probe")) {
            String probe = given.get("probe").asText();
            switch (probe) {
                case "hang" -> http.fails(new SocketTimeoutException("Read timed out"));
                case "connection-error" -> http.fails(new IOException("connection reset"));
                default -> http.answers(Integer.parseInt(probe), "");
            }
        }
        for (JsonNode response : given.path("responses")) {
            if (response.asText().equals("connection-error")) {
                http.fails(new IOException("connection reset"));
            } else if (response.asInt() == 200) {
                http.answers(200, token(row.given("clientId")));
            } else {
                http.answers(
                        response.asInt(),
                        given.path("body").asText("<body>"),
                        given.has("retryAfter") ? given.get("retryAfter").asText() : null);
            }
        }
        if (!given.has("responses") && !given.has("probe")) {
            http.answers(200, token(row.given("clientId")));
        }
        return http;
    }

    private static String token(String clientId) {
        String jwt = Tokens.jwt(Map.of("appid", clientId == null ? SYSTEM : clientId, "idtyp", "app"));
        return "{\"access_token\":\"" + jwt + "\",\"expires_on\":\"1900000000\"}";
    }

    private static void verify(ConformanceCase row, FakeTransport http, Acquired acquired, String message) {
        JsonNode expected = row.expected();
        assertThat(acquired == null).as(message).isEqualTo(expected.has("error"));
        List<HttpRequest> sent = http.requests();
        if (expected.has("requests")) {
            assertThat(sent).hasSize(expected.get("requests").asInt());
        }
        if (expected.has("retries")) {
            assertThat(sent).hasSize(1 + expected.get("retries").asInt());
        }
        if (expected.has("requestHeader")) {
            assertThat(sent.get(0).header(row.expected("requestHeader").split(":", -1)[0]))
                    .isNotNull();
        }
        if (expected.has("principalAppId")) {
            Principal principal = acquired.token().principal().orElseThrow();
            assertThat(principal.appId()).hasValue(row.expected("principalAppId"));
            assertThat(principal.type()).hasToString("APP");
        }
        JsonNode words = expected.path("messageContains");
        if (words.isArray()) {
            words.forEach(word -> assertThat(message).contains(word.asText()));
        } else if (words.isTextual()) {
            assertThat(message).contains(words.asText());
        }
        if (expected.has("url")) {
            assertThat(EndpointCases.query(sent.get(0)))
                    .isEqualTo(EndpointCases.members(row.expected("url").split("\\?", -1)[1]));
        }
        if (expected.has("urlLacks")) {
            assertThat(sent.get(0).url()).doesNotContain(row.expected("urlLacks"));
        }
    }
}
