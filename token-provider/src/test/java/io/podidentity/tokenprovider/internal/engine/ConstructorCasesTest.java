// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.JsonNode;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.cases.ConformanceCase;
import io.podidentity.tokenprovider.cases.ConformanceFile;
import io.podidentity.tokenprovider.cases.ConformanceRunner;
import io.podidentity.tokenprovider.cases.Kind;
import io.podidentity.tokenprovider.cases.Runs;
import io.podidentity.tokenprovider.internal.entra.EntraAuthority;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.support.Tokens;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What a provider is made of, and what it refuses to be asked. */
@Runs(
        file = ConformanceFile.APP_AUTHENTICATION,
        value = {
            @Kind(
                    name = "constructor",
                    given = """
                        {azureAdInstance: 'text?', tenantId: 'text', connectionString: 'text?', env: {'*': 'text'},
                        platform: 'netcore|net-framework', httpClientFactory: 'text'}
                        """,
                    expected = """
                        {error: 'failure', ok: 'truth', authority: 'text', mode: 'discovery|connection-string',
                        provider: 'text', chain: ['text'], quirk: 'json'}
                        """,
                    notes = {"quirk"}),
            @Kind(
                    name = "get-token",
                    given = """
                        {resource: 'text?', tenantId: 'text', connectionString: 'text', authority: 'text',
                        message: 'text'}
                        """,
                    expected = "{error: 'failure', token: 'truth', roundTripMessageEqual: 'truth'}")
        })
class ConstructorCasesTest extends ConformanceRunner {
    private static final Map<String, String> NAMES = Map.of(
            "AzureCli", "Azure CLI",
            "AzureDeveloperCli", "Azure Developer CLI",
            "AzurePowerShell", "Azure PowerShell",
            "ManagedIdentity", "IMDS");

    @Override
    public void run(ConformanceCase row) throws Exception {
        if (row.given().has("azureAdInstance")) {
            authorityHost(row);
        } else if (row.kind().equals("constructor")) {
            chain(row);
        } else if (row.given().has("message")) {
            serialization(row);
        } else {
            resource(row);
        }
    }

    private static void authorityHost(ConformanceCase row) {
        // As the variable is read: blanks around it, and nothing but blanks, do not count.
        Map<String, String> variables = new HashMap<>();
        if (row.given("azureAdInstance") != null) {
            variables.put("AZURE_AUTHORITY_HOST", row.given("azureAdInstance"));
        }
        String host = Environment.of(variables).get("AZURE_AUTHORITY_HOST");
        Throwable failure = catchThrowable(() -> EntraAuthority.of(host, "AZURE_AUTHORITY_HOST"));
        boolean fails =
                row.expected().has("error") || !row.expected().path("ok").asBoolean(true);
        assertThat(failure != null).as(String.valueOf(failure)).isEqualTo(fails);
        if (failure == null && row.expected().has("authority")) {
            String tenant = row.given("tenantId") == null ? "t" : row.given("tenantId");
            assertThat(EntraAuthority.of(host, "AZURE_AUTHORITY_HOST").tokenEndpoint(tenant))
                    .startsWith(row.expected("authority"));
        }
    }

    private static void chain(ConformanceCase row) {
        Map<String, String> variables = new HashMap<>();
        row.given()
                .path("env")
                .properties()
                .forEach(variable ->
                        variables.put(variable.getKey(), variable.getValue().asText()));
        List<String> expected = new ArrayList<>();
        Throwable failure = null;
        String chain = "";
        try {
            chain = ProcessCaches.forSettings(variables, row.given("connectionString"), Map.of())
                    .toString();
        } catch (RuntimeException e) {
            failure = e;
        }
        assertThat(failure != null)
                .as(String.valueOf(failure))
                .isEqualTo(row.expected().has("error"));
        if (row.expected().has("chain")) {
            for (JsonNode name : row.expected().get("chain")) {
                expected.add(NAMES.getOrDefault(name.asText(), name.asText()));
            }
            assertThat(chain).isEqualTo(expected.toString());
        }
        if (row.expected().has("mode")) {
            boolean discovery = chain.equals(
                    ProcessCaches.forSettings(Map.of(), null, Map.of()).toString());
            assertThat(discovery ? "discovery" : "connection-string").isEqualTo(row.expected("mode"));
        }
        if (row.expected().has("provider")) {
            assertThat(chain).isEqualTo("[" + NAMES.get(row.expected("provider")) + "]");
        }
    }

    private static void resource(ConformanceCase row) {
        AzureServiceTokenProvider provider = AzureServiceTokenProvider.builder()
                .sources(List.of(request -> new TokenSource.Acquired(
                        Tokens.accessToken(request.resource(), Instant.now().plusSeconds(3600)))))
                .build();
        String resource = row.given("resource");

        String tenantId = row.given("tenantId");
        Throwable thrown = catchThrowable(() -> {
            if (tenantId == null) {
                provider.getAccessToken(resource);
            } else {
                provider.getAccessToken(resource, tenantId);
            }
        });

        assertThat(thrown != null).isEqualTo(row.expected().has("error"));
        if (row.expected().has("token")) {
            assertThat(thrown == null).isEqualTo(row.expected().get("token").asBoolean());
        }
        if (thrown != null) {
            assertThat(thrown).isInstanceOfAny(NullPointerException.class, IllegalArgumentException.class);
        }
    }

    private static void serialization(ConformanceCase row) throws IOException, ClassNotFoundException {
        TokenAcquisitionException before = Failures.ofCall(
                new TokenAcquisitionException(TokenAcquisitionException.Code.REFUSED, row.given("message"), "", null),
                row.given("resource"),
                List.of());
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream stream = new ObjectOutputStream(bytes)) {
            stream.writeObject(before);
        }
        try (ObjectInputStream stream = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            Throwable after = (Throwable) stream.readObject();
            assertThat(after.getMessage().equals(before.getMessage()))
                    .isEqualTo(row.expected().get("roundTripMessageEqual").asBoolean());
        }
    }
}
