// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.entra;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.cases.CaseServer;
import io.podidentity.tokenprovider.cases.ConformanceCase;
import io.podidentity.tokenprovider.cases.ConformanceRunner;
import io.podidentity.tokenprovider.cases.EndpointCases;
import io.podidentity.tokenprovider.cases.Kind;
import io.podidentity.tokenprovider.cases.Runs;
import io.podidentity.tokenprovider.internal.application.ClientSecret;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.text.Secret;
import io.podidentity.tokenprovider.support.EnvironmentOf;
import io.podidentity.tokenprovider.support.FakeTime;
import io.podidentity.tokenprovider.support.FakeTransport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** When Entra ID is asked again, and where and for which tenant it is asked at all. */
@Runs({
    @Kind(name = "entra_retry_delay", given = EntraCasesTest.GIVEN, expected = EntraCasesTest.EXPECTED),
    @Kind(name = "entra_retry_status", given = EntraCasesTest.GIVEN, expected = EntraCasesTest.EXPECTED),
    @Kind(name = "entra_retry_body", given = EntraCasesTest.GIVEN, expected = EntraCasesTest.EXPECTED),
    @Kind(name = "entra_retry_exception", given = EntraCasesTest.GIVEN, expected = EntraCasesTest.EXPECTED),
    @Kind(name = "authority_host", given = "{value: 'text?'}", expected = "{valid: 'truth'}"),
    @Kind(name = "tenant", given = "{value: 'text?'}", expected = "{valid: 'truth'}"),
    @Kind(
            name = "tenant_resolution",
            given = "{requested: 'text', tenant: 'text', additional: ['text'], env: {'*': 'text'}}",
            expected = "{allowed: 'truth', tenant: 'text'}")
})
class EntraCasesTest extends ConformanceRunner {
    static final String GIVEN = """
        {attempt: 'number', status: 'number', error_codes: ['number'], error: 'text', error_description: 'text',
        suberror: 'text', body: 'json', headers: {'*': 'text'}, retry_after: 'text', server: 'json',
        exception: 'text', message: 'text'}
        """;
    static final String EXPECTED = """
        {delay_ms: 'number', retry: 'truth', sends: 'number', requests: 'number', transient: 'truth',
        message_contains: 'texts', message_lacks: 'texts', result: 'token|failed', error: 'failure'}
        """;
    private static final String TOKEN = "{\"access_token\":\"t\",\"expires_in\":3600}";

    private static final TokenRequest REQUEST =
            TokenRequest.forResource("https://storage.azure.com").withDeadline(Duration.ofSeconds(60));

    private FakeTime time;
    private FakeTransport http;

    @Override
    public void run(ConformanceCase row) throws Exception {
        time = new FakeTime();
        http = new FakeTransport();
        switch (row.kind()) {
            case "authority_host" -> authorityHost(row);
            case "tenant" ->
                assertThat(row.given("value") != null
                                && resolves(new EntraTenants(row.given("value"), List.of()), null))
                        .isEqualTo(row.expected().get("valid").asBoolean());
            case "tenant_resolution" -> tenantResolution(row);
            default -> sent(row);
        }
    }

    private void sent(ConformanceCase row) throws InterruptedException {
        JsonNode given = row.given();
        if (given.has("exception")) {
            String name = row.given("exception");
            http.does(request -> CaseServer.throwing(name, row.given("message")));
        } else {
            CaseServer server = new CaseServer(http, TOKEN, "{}");
            server.does(given.has("server") ? given.get("server") : answer(given));
        }

        TokenAcquisitionException failure = attempt();

        JsonNode expected = row.expected();
        for (String member : (Iterable<String>) expected::fieldNames) {
            JsonNode value = expected.get(member);
            switch (member) {
                case "retry" -> assertThat(http.requests().size() > 1).isEqualTo(value.asBoolean());
                case "sends", "requests" -> assertThat(http.requests()).hasSize(value.asInt());
                case "delay_ms" -> {
                    long millis =
                            time.sleeps().get(given.path("attempt").asInt()).toMillis();
                    assertThat(millis)
                            .as("with our jitter of a tenth")
                            .isBetween(value.asLong(), value.asLong() * 11 / 10);
                }
                case "transient" -> assertThat(failure.isTransient()).isEqualTo(value.asBoolean());
                case "message_contains" -> assertThat(failure.getMessage()).contains(EndpointCases.words(value));
                case "message_lacks" -> assertThat(failure.getMessage()).doesNotContain(EndpointCases.words(value));
                default -> assertThat(failure != null).isEqualTo(EndpointCases.fails(expected));
            }
        }
    }

    /** One answer of Entra ID for all times; without a status its service is not available. */
    private static ObjectNode answer(JsonNode given) {
        ObjectNode answer = new ObjectMapper().createObjectNode();
        answer.put("status", given.path("status").asInt(503));
        for (String member : List.of("headers", "retry_after", "body")) {
            if (given.has(member)) {
                answer.set(member, given.get(member));
            }
        }
        boolean refusal = given.has("error_codes") || given.has("error") || given.has("error_description");
        if (refusal && !given.has("body")) {
            String number = given.path("error_codes").path(0).asText();
            ObjectNode body = answer.putObject("body");
            body.put("error", given.path("error").asText("invalid_client"));
            body.put("error_description", given.path("error_description").asText("AADSTS" + number + ": No."));
            body.set("error_codes", given.path("error_codes"));
            body.set("suberror", given.get("suberror"));
        }
        return answer;
    }

    private static void authorityHost(ConformanceCase row) {
        boolean valid = true;
        try {
            EntraAuthority.of(row.given("value"), "AZURE_AUTHORITY_HOST");
        } catch (TokenAcquisitionException e) {
            valid = false;
        }
        assertThat(valid).isEqualTo(row.expected().get("valid").asBoolean());
    }

    private static void tenantResolution(ConformanceCase row) {
        List<String> additional = new ArrayList<>();
        row.given().path("additional").forEach(tenant -> additional.add(tenant.asText()));
        Environment environment = EnvironmentOf.json(row.given().path("env"))
                .with("AZURE_ADDITIONALLY_ALLOWED_TENANTS", String.join(";", additional));
        EntraTenants tenants = EntraTenants.of(row.given("tenant"), environment);

        if (row.expected().has("allowed")) {
            assertThat(resolves(tenants, row.given("requested")))
                    .isEqualTo(row.expected().get("allowed").asBoolean());
        }
        if (row.expected().has("tenant")) {
            assertThat(tenants.resolve(row.given("requested"))).isEqualTo(row.expected("tenant"));
        }
    }

    private static boolean resolves(EntraTenants tenants, String requested) {
        try {
            tenants.resolve(requested);
            return true;
        } catch (TokenAcquisitionException e) {
            return false;
        }
    }

    /** Asks once; null with a token, or where the transport itself is broken. */
    private TokenAcquisitionException attempt() throws InterruptedException {
        TokenSource source = new EntraTokenSource(
                "Client secret",
                new EntraClient(EntraAuthority.of(null, "none"), null, http, time),
                EntraTenants.allowAny("t"),
                "c",
                new ClientSecret(new Secret("s")));
        try {
            source.acquire(REQUEST);
            return null;
        } catch (TokenAcquisitionException e) {
            return e;
        } catch (IllegalStateException e) {
            return new TokenAcquisitionException(Code.INVALID_CONFIGURATION, String.valueOf(e.getMessage()), "", null);
        }
    }
}
