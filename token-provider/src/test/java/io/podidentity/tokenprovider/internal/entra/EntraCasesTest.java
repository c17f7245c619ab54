package io.podidentity.tokenprovider.internal.entra;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.cases.ConformanceCase;
import io.podidentity.tokenprovider.cases.ConformanceRunner;
import io.podidentity.tokenprovider.cases.Kind;
import io.podidentity.tokenprovider.cases.Runs;
import io.podidentity.tokenprovider.internal.application.ClientSecret;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.text.Secret;
import io.podidentity.tokenprovider.support.EnvironmentOf;
import io.podidentity.tokenprovider.support.FakeTime;
import io.podidentity.tokenprovider.support.FakeTransport;
import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** When Entra ID is asked again, and where and for which tenant it is asked at all. */
@Runs({
    @Kind(name = "entra_retry_delay", given = "{attempt: 'number'}", expected = "{delay_ms: 'number'}"),
    @Kind(name = "entra_retry_status", given = "{status: 'number'}", expected = "{retry: 'truth'}"),
    @Kind(
            name = "entra_retry_body",
            given = "{status: 'number', error_codes: ['number']}",
            expected = "{retry: 'truth'}"),
    @Kind(
            name = "entra_retry_exception",
            given = "{exception: 'text', message: 'text'}",
            expected = "{retry: 'truth'}"),
    @Kind(name = "authority_host", given = "{value: 'text?'}", expected = "{valid: 'truth'}"),
    @Kind(name = "tenant", given = "{value: 'text?'}", expected = "{valid: 'truth'}"),
    @Kind(
            name = "tenant_resolution",
            given = "{requested: 'text', tenant: 'text', additional: ['text'], env: {'*': 'text'}}",
            expected = "{allowed: 'truth', tenant: 'text'}")
})
class EntraCasesTest extends ConformanceRunner {
    private static final TokenRequest REQUEST =
            TokenRequest.forResource("https://storage.azure.com").withDeadline(Duration.ofSeconds(60));

    private FakeTime time;
    private FakeTransport http;

    @Override
    public void run(ConformanceCase row) throws Exception {
        time = new FakeTime();
        http = new FakeTransport();
        switch (row.kind()) {
            case "entra_retry_delay" -> delay(row);
            case "entra_retry_exception" -> exception(row);
            case "authority_host" -> authorityHost(row);
            case "tenant" ->
                assertThat(resolves(new EntraTenants(row.given("value"), List.of()), null))
                        .isEqualTo(row.expected().get("valid").asBoolean());
            case "tenant_resolution" -> tenantResolution(row);
            default -> status(row);
        }
    }

    private void delay(ConformanceCase row) {
        http.answers(503, "");

        attempt();

        long millis = time.sleeps().get(row.given().get("attempt").asInt()).toMillis();
        long expected = row.expected().get("delay_ms").asLong();
        assertThat(millis).as("with our jitter of a tenth").isBetween(expected, expected + expected / 10);
    }

    private void status(ConformanceCase row) {
        int status = row.given().get("status").asInt();
        StringBuilder codes = new StringBuilder();
        for (JsonNode code : row.given().path("error_codes")) {
            codes.append(codes.isEmpty() ? "" : ",").append(code.asText());
        }
        http.answers(
                status,
                codes.isEmpty()
                        ? "{}"
                        : "{\"error\":\"invalid_client\",\"error_description\":\"AADSTS" + codes
                                + ": No.\",\"error_codes\":[" + codes + "]}");

        attempt();

        assertThat(http.requests().size() > 1)
                .isEqualTo(row.expected().get("retry").asBoolean());
    }

    private void exception(ConformanceCase row) {
        String message = row.given("message");
        http.does(request -> {
            switch (row.given("exception")) {
                case "IOException",
                        "java.io.IOException",
                        "UncheckedIOException",
                        "SocketException",
                        "SocketTimeoutException",
                        "ConnectException",
                        "UnknownHostException" -> throw new IOException(message);
                case "EOFException" -> throw new EOFException(message);
                default -> throw new IllegalStateException(message);
            }
        });

        attempt();

        assertThat(http.requests().size() > 1)
                .isEqualTo(row.expected().get("retry").asBoolean());
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

    private void attempt() {
        TokenSource source = new EntraTokenSource(
                "Client secret",
                new EntraClient(EntraAuthority.of(null, "none"), null, http, time),
                EntraTenants.any("t"),
                "c",
                new ClientSecret(new Secret("s")));
        try {
            source.acquire(REQUEST);
        } catch (TokenAcquisitionException | IllegalStateException e) {
            // Counted are the requests.
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
