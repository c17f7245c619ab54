// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.managed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.JsonNode;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.Principal;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.TokenSource.Acquired;
import io.podidentity.tokenprovider.cases.CaseServer;
import io.podidentity.tokenprovider.cases.ConformanceCase;
import io.podidentity.tokenprovider.cases.ConformanceFile;
import io.podidentity.tokenprovider.cases.ConformanceRunner;
import io.podidentity.tokenprovider.cases.EndpointCases;
import io.podidentity.tokenprovider.cases.EndpointCases.Failed;
import io.podidentity.tokenprovider.cases.Kind;
import io.podidentity.tokenprovider.cases.Runs;
import io.podidentity.tokenprovider.internal.http.HttpRequest;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.support.Contexts;
import io.podidentity.tokenprovider.support.FakeTime;
import io.podidentity.tokenprovider.support.FakeTransport;
import io.podidentity.tokenprovider.support.Forms;
import io.podidentity.tokenprovider.support.Tokens;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

/** Managed identities as the .NET library has them. */
@Runs(
        file = ConformanceFile.APP_AUTHENTICATION,
        value =
                @Kind(
                        name = "managed-identity",
                        given = """
                            {env: {'*': 'text'}, clientId: 'text', tenantId: 'text', resource: 'text',
                            platform: 'text', responses: ['json'], body: 'json',
                            retryAfter: 'number', retryTimeoutSeconds: 'text|number', probe: 'json',
                            cancel: 'truth'}
                            """,
                        expected = """
                            {token: 'truth', environment: 'IMDS|AppService|ServiceFabric', url: 'text',
                            urlLacks: 'text', requestHeader: 'text', principalAppId: 'text', principalType: 'App|User',
                            error: 'failure', messageContains: 'texts', messageLacks: 'texts', requests: 'number',
                            retries: 'number', afterSeconds: 'number', overrunSecondsBelow: 'number',
                            honoured: 'truth', sleepSeconds: ['number'], sent: 'truth', partOfCacheKey: 'truth',
                            transient: 'truth', quirk: 'json'}
                            """,
                        notes = {"quirk"}))
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
        if (given.path("cancel").asBoolean()) {
            cancelled(row, source);
            return;
        }
        long start = own.nanos();
        List<Failed> failures = new ArrayList<>();
        Acquired acquired = null;
        boolean passing = false;
        try {
            TokenSource.Outcome outcome = source.acquire(request);
            if (outcome instanceof Acquired token) {
                acquired = token;
            } else if (outcome instanceof TokenSource.Silent silent) {
                passing = true;
                failures.add(new Failed(true, silent.reason()));
            } else {
                failures.add(new Failed(true, ((TokenSource.Unavailable) outcome).reason()));
            }
        } catch (TokenAcquisitionException e) {
            passing = e.isTransient();
            failures.add(new Failed(false, e.getMessage()));
        }
        if (row.expected().has("transient")) {
            assertThat(passing).isEqualTo(row.expected().get("transient").asBoolean());
        }
        if (row.expected().has("environment")) {
            assertThat(source.name().replace(" ", "")).isEqualTo(row.expected("environment"));
        }
        verify(row, http, acquired, failures.isEmpty() ? "" : failures.get(0).message());
        Duration taken = Duration.ofNanos(own.nanos() - start);
        assertThat(taken).isLessThanOrEqualTo(limit(given));
        if (row.expected().has("overrunSecondsBelow")) {
            assertThat(taken.minus(limit(given)))
                    .isLessThan(Duration.ofSeconds(
                            row.expected().get("overrunSecondsBelow").asLong()));
        }
        slept(row, own);
        if (row.expected().has("partOfCacheKey")) {
            assertThat(asksAgainForATenant(row))
                    .isEqualTo(row.expected().get("partOfCacheKey").asBoolean());
        }
    }

    private static void slept(ConformanceCase row, FakeTime own) {
        List<Long> seconds = own.sleeps().stream().map(Duration::toSeconds).toList();
        if (row.expected().has("sleepSeconds")) {
            List<Long> expected = new ArrayList<>();
            row.expected().get("sleepSeconds").forEach(wait -> expected.add(wait.isNumber() ? wait.asLong() : -1));
            assertThat(seconds).isEqualTo(expected);
        }
        if (row.expected().has("honoured")) {
            assertThat(seconds.get(0) == row.given().get("retryAfter").asLong())
                    .isEqualTo(row.expected().get("honoured").asBoolean());
        }
    }

    private boolean asksAgainForATenant(ConformanceCase row) {
        FakeTransport http = http(row);
        AzureServiceTokenProvider provider = AzureServiceTokenProvider.builder()
                .sources(List.of(source(row, http, new FakeTime())))
                .build();
        provider.getAccessToken("r");
        provider.getAccessToken("r", row.given("tenantId"));
        return http.requests().size() == 2;
    }

    /** A cancelled call is interrupted, which is no reason to ask another source. */
    private static void cancelled(ConformanceCase row, TokenSource source) {
        AzureServiceTokenProvider provider =
                AzureServiceTokenProvider.builder().sources(List.of(source)).build();
        Thread.currentThread().interrupt();

        Throwable failure = catchThrowable(() -> provider.getAccessToken("r"));

        assertThat(Thread.interrupted()).isTrue();
        assertThat(failure instanceof TokenAcquisitionException e && e.code() == Code.INTERRUPTED)
                .isEqualTo(row.expected().has("error"));
    }

    private static Duration limit(JsonNode given) {
        String seconds = given.path("retryTimeoutSeconds").asText("120");
        return Duration.ofSeconds(Long.parseLong(seconds.substring(seconds.lastIndexOf('.') + 1)));
    }

    private TokenSource source(ConformanceCase row, FakeTransport http, FakeTime own) {
        Environment environment = EndpointCases.environment(row.given());
        return row.given().has("probe")
                ? new ImdsTokenSource(Contexts.of(environment, http, own), true, null)
                : EndpointCases.source(environment, root, http, own, null);
    }

    private static FakeTransport http(ConformanceCase row) {
        JsonNode given = row.given();
        FakeTransport http = new FakeTransport();
        JsonNode body = given.path("body");
        String refusal = body.isMissingNode() ? "<body>" : EndpointCases.text(body);
        new CaseServer(http, "", "").does(given.path("probe"));
        CaseServer server = new CaseServer(http, token(row.given("clientId")), refusal);
        for (JsonNode response : given.path("responses")) {
            int status = CaseServer.status(response, 0);
            if (status > 0 && status != 200 && given.has("retryAfter")) {
                http.answers(status, refusal, given.get("retryAfter").asText());
            } else {
                server.does(response);
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
        boolean fails = expected.has("error") || !expected.path("token").asBoolean(true);
        assertThat(acquired == null).as(message).isEqualTo(fails);
        List<HttpRequest> sent = http.requests();
        if (expected.has("requests")) {
            assertThat(sent).hasSize(expected.get("requests").asInt());
        }
        if (expected.has("retries")) {
            assertThat(sent).hasSize(1 + expected.get("retries").asInt());
        }
        if (expected.has("requestHeader")) {
            String[] header = row.expected("requestHeader").split(": ", 2);
            assertThat(Forms.header(sent.get(0), header[0])).isEqualTo(header.length > 1 ? header[1] : "h");
        }
        if (expected.has("principalAppId")) {
            Principal principal = acquired.token().principal().orElseThrow();
            assertThat(principal.appId()).hasValue(row.expected("principalAppId"));
            assertThat(principal.type().name()).isEqualToIgnoringCase(row.expected("principalType"));
        }
        EndpointCases.assertMessage(expected, message);
        if (expected.has("url")) {
            assertThat(EndpointCases.query(sent.get(0)))
                    .isEqualTo(EndpointCases.members(row.expected("url").split("\\?", -1)[1]));
        }
        if (row.given("resource") != null) {
            assertThat(EndpointCases.query(sent.get(0))).containsEntry("resource", row.given("resource"));
        }
        if (expected.has("urlLacks")) {
            assertThat(sent.get(0).url()).doesNotContain(row.expected("urlLacks"));
        }
        if (expected.has("afterSeconds")) {
            assertThat(sent.get(0).totalMillis())
                    .isEqualTo(expected.get("afterSeconds").asInt() * 1000);
        }
        if (expected.has("sent")) {
            assertThat(sent.get(0).url().contains(row.given("tenantId")))
                    .isEqualTo(expected.get("sent").asBoolean());
        }
    }
}
