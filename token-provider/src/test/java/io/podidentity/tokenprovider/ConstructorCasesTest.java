package io.podidentity.tokenprovider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.JsonNode;
import io.podidentity.tokenprovider.cases.ConformanceCase;
import io.podidentity.tokenprovider.cases.ConformanceFile;
import io.podidentity.tokenprovider.cases.ConformanceRunner;
import io.podidentity.tokenprovider.cases.Runs;
import io.podidentity.tokenprovider.internal.entra.EntraAuthority;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.support.FakeTime;
import io.podidentity.tokenprovider.support.ScriptedSource;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What a provider is made of, and what it refuses to be asked. */
@Runs(
        file = ConformanceFile.APP_AUTHENTICATION,
        kinds = {"constructor", "get-token"})
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
        if (row.expected("error") != null) {
            assertThatThrownBy(() -> EntraAuthority.of(host, "AZURE_AUTHORITY_HOST"))
                    .isInstanceOf(TokenAcquisitionException.class);
            return;
        }
        String tenant = row.given("tenantId") == null ? "t" : row.given("tenantId");
        assertThat(EntraAuthority.of(host, "AZURE_AUTHORITY_HOST").tokenEndpoint(tenant))
                .startsWith(row.expected("authority"));
    }

    private static void chain(ConformanceCase row) {
        Map<String, String> variables = new HashMap<>();
        row.given()
                .path("env")
                .properties()
                .forEach(variable ->
                        variables.put(variable.getKey(), variable.getValue().asText()));
        String chain =
                ProcessCaches.of(variables, row.given("connectionString")).toString();
        List<String> expected = new ArrayList<>();
        if (row.expected().has("chain")) {
            for (JsonNode name : row.expected().get("chain")) {
                expected.add(NAMES.get(name.asText()));
            }
            assertThat(chain).isEqualTo(expected.toString());
        } else {
            assertThat(row.expected("mode")).isEqualTo("discovery");
            assertThat(chain).isEqualTo(ProcessCaches.of(Map.of(), null).toString());
        }
    }

    private static void resource(ConformanceCase row) {
        AzureServiceTokenProvider provider = AzureServiceTokenProvider.builder()
                .sources(List.of(new ScriptedSource("fake", new FakeTime())))
                .build();
        String resource = row.given("resource");

        Throwable thrown = catchThrowable(() -> provider.getAccessToken(resource, row.given("tenantId")));

        assertThat(thrown).isInstanceOf(resource == null ? NullPointerException.class : IllegalArgumentException.class);
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
