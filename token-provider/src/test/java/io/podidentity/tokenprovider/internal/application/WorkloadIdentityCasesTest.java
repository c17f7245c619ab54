// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.TokenSource.Unavailable;
import io.podidentity.tokenprovider.cases.ConformanceCase;
import io.podidentity.tokenprovider.cases.ConformanceRunner;
import io.podidentity.tokenprovider.cases.EndpointCases;
import io.podidentity.tokenprovider.cases.Kind;
import io.podidentity.tokenprovider.cases.Runs;
import io.podidentity.tokenprovider.internal.entra.TokenProxy;
import io.podidentity.tokenprovider.internal.http.HttpRequest;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.support.Certificates;
import io.podidentity.tokenprovider.support.Contexts;
import io.podidentity.tokenprovider.support.EnvironmentOf;
import io.podidentity.tokenprovider.support.FakeTime;
import io.podidentity.tokenprovider.support.FakeTransport;
import io.podidentity.tokenprovider.support.Forms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLSocketFactory;
import org.junit.jupiter.api.io.TempDir;

/** Workload identity, and the token proxy of identity bindings. */
@Runs({
    @Kind(
            name = "workload_identity",
            given = """
                {env: {'*': 'text'}, file: 'text?', options: {tenant: 'text', client: 'text', file: 'text'},
                response: {status: 'number', error: 'text', error_description: 'text',
                error_codes: ['number']}}
                """,
            expected = """
                {method: 'GET|POST', url: 'text', form: {'*': 'text'}, tenant: 'text', client_id: 'text',
                file: 'text', error: 'failure', message_names: ['text'], java: 'text', recommended: 'text',
                message_contains: 'texts', message_lacks: 'texts', result: 'token|failed', transient: 'truth',
                requests: 'number', form_has: {'*': 'text'}}
                """,
            notes = {"java", "recommended"}),
    @Kind(
            name = "identity_binding",
            given = """
                {env: {'*': 'text'}, ca_versions: ['text'],
                via: 'DefaultAzureCredential|WorkloadIdentityCredential', response: {status: 'number',
                error: 'text', error_description: 'text'}}
                """,
            expected =
                    "{error: 'failure', uses: 'text', proxy_used: 'truth', url: 'text', message_contains: 'texts', message_lacks: 'texts'}")
})
class WorkloadIdentityCasesTest extends ConformanceRunner {
    private static final String FILE = "AZURE_FEDERATED_TOKEN_FILE";
    private static final String CA_FILE = "AZURE_KUBERNETES_CA_FILE";

    @TempDir
    private Path folder;

    private FakeTransport http;

    @Override
    public void run(ConformanceCase row) throws Exception {
        http = new FakeTransport();
        if (row.kind().equals("workload_identity")) {
            workloadIdentity(row);
        } else if (row.given().has("ca_versions")) {
            rotation(row);
        } else if (row.expected().has("proxy_used")) {
            chain(row);
        } else {
            Environment environment = EnvironmentOf.json(row.given().path("env"));
            TokenAcquisitionException failure =
                    catchThrowableOfType(TokenAcquisitionException.class, () -> TokenProxy.find(environment));
            assertThat(failure == null).isEqualTo(row.expected("error") == null);
            EndpointCases.assertMessage(row.expected(), failure == null ? "" : failure.getMessage());
            if (failure != null) {
                assertThat(failure.code()).isEqualTo(Code.INVALID_CONFIGURATION);
                assertThat(failure.reason().contains("both set"))
                        .isEqualTo(row.expected("error").equals("both_ca"));
            }
        }
    }

    private void workloadIdentity(ConformanceCase row) throws Exception {
        JsonNode options = row.given().path("options");
        Environment environment = EnvironmentOf.json(row.given().path("env"))
                .with("AZURE_TENANT_ID", text(options, "tenant"))
                .with("AZURE_CLIENT_ID", text(options, "client"))
                .with(FILE, text(options, "file"));
        if (environment.get(FILE) != null) {
            // The path in the case, below a folder of this test.
            Path file = folder.resolve(environment.get(FILE).substring(1));
            Files.deleteIfExists(file);
            if (!row.given().path("file").isNull()) {
                Files.writeString(file, row.given().path("file").asText("assertion"));
            }
            environment = environment.with(FILE, file.toString());
        }
        respond(row.given().path("response"));
        TokenSource source = new WorkloadIdentityTokenSource(Contexts.of(environment, http, new FakeTime()), false);
        TokenRequest request = TokenRequest.forResource("R").withDeadline(Duration.ofSeconds(30));

        if (EndpointCases.fails(row.expected()) || row.expected().has("recommended")) {
            refused(row, source, request);
        } else {
            source.acquire(request);
            assertSent(row, environment);
        }
    }

    /** Without its variables it is unavailable; what Entra ID says no to is refused. */
    private void refused(ConformanceCase row, TokenSource source, TokenRequest request) throws Exception {
        String message;
        boolean passing = false;
        try {
            message = ((Unavailable) source.acquire(request)).reason();
            assertThat(http.requests()).isEmpty();
        } catch (TokenAcquisitionException e) {
            message = e.getMessage();
            passing = e.isTransient();
            String said = row.given().path("response").path("error_description").asText();
            assertThat(message).contains(said.split(":", 2)[0]);
        }
        EndpointCases.assertMessage(row.expected(), message);
        if (row.expected().has("transient")) {
            assertThat(passing).isEqualTo(row.expected().get("transient").asBoolean());
        }
        if (row.expected().has("requests")) {
            assertThat(http.requests()).hasSize(row.expected().get("requests").asInt());
        }
        if (row.expected().has("recommended")) {
            assertThat(message).contains("issuer, subject and audience");
        }
    }

    private void assertSent(ConformanceCase row, Environment environment) {
        HttpRequest sent = http.requests().get(0);
        Map<String, String> form = Forms.fields(sent.form());
        if (row.expected().has("method")) {
            assertThat(sent.form() == null ? "GET" : "POST").isEqualTo(row.expected("method"));
        }
        if (row.expected().has("url")) {
            assertThat(sent.url()).isEqualTo(row.expected("url"));
        }
        if (row.expected().has("tenant")) {
            assertThat(sent.url()).contains("/" + row.expected("tenant") + "/");
        }
        if (row.expected().has("client_id")) {
            assertThat(form).containsEntry("client_id", row.expected("client_id"));
        }
        if (row.expected().has("file")) {
            assertThat(environment.get(FILE)).isEqualTo(folder + row.expected("file"));
        }
        if (row.expected().has("form_has")) {
            assertThat(form)
                    .containsAllEntriesOf(EndpointCases.texts(row.expected().get("form_has")));
        }
        if (row.expected().has("requests")) {
            assertThat(http.requests()).hasSize(row.expected().get("requests").asInt());
        }
        if (row.expected().has("form")) {
            JsonNode expected = row.expected().get("form");
            assertThat(form.keySet()).containsExactlyInAnyOrderElementsOf(names(expected));
            expected.properties()
                    .forEach(field -> assertThat(form)
                            .containsEntry(
                                    field.getKey(),
                                    // S means the scope of the requested resource.
                                    field.getValue().asText().equals("S")
                                            ? "R/.default"
                                            : field.getValue().asText()));
        }
    }

    private static List<String> names(JsonNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private void rotation(ConformanceCase row) throws Exception {
        Path file = folder.resolve("ca.pem");
        TokenProxy proxy = TokenProxy.find(
                Environment.of(Map.of("AZURE_KUBERNETES_TOKEN_PROXY", "https://proxy", CA_FILE, file.toString())));
        Map<String, SSLSocketFactory> made = new HashMap<>();
        SSLSocketFactory used = null;
        for (JsonNode version : row.given().get("ca_versions")) {
            String name = version.asText();
            writeCa(file, name);
            used = proxy.redirect(HttpRequest.toNetwork("https://login/t", 1, 1))
                    .tls()
                    .sockets();
            made.putIfAbsent(name, used);
        }
        assertThat(used).isSameAs(made.get(row.expected("uses")));
    }

    private static void writeCa(Path file, String name) throws Exception {
        Files.writeString(
                file,
                name.isEmpty()
                        ? ""
                        : Certificates.pem(Certificates.rsa("CN=" + name).leaf()));
    }

    private void chain(ConformanceCase row) throws Exception {
        Path file = Files.writeString(folder.resolve("token"), "assertion");
        respond(row.given().path("response"));
        Environment environment = EnvironmentOf.json(row.given().path("env"))
                .with("AZURE_TENANT_ID", "t")
                .with("AZURE_CLIENT_ID", "c")
                .with(FILE, file.toString());
        boolean bindings = row.given("via") == null || !row.given("via").equals("DefaultAzureCredential");

        new WorkloadIdentityTokenSource(Contexts.of(environment, http, new FakeTime()), bindings)
                .acquire(TokenRequest.forResource("R").withDeadline(Duration.ofSeconds(30)));

        String proxy = environment.get("AZURE_KUBERNETES_TOKEN_PROXY");
        assertThat(http.requests().get(0).url().startsWith(proxy))
                .isEqualTo(row.expected().get("proxy_used").asBoolean());
    }

    private void respond(JsonNode response) throws IOException {
        http.answers(
                response.path("status").asInt(200),
                response.has("error") ? response.toString() : "{\"access_token\":\"opaque\",\"expires_in\":3599}");
    }

    private static String text(JsonNode node, String name) {
        return node.hasNonNull(name) ? node.get(name).asText() : null;
    }
}
