// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.managed;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.cases.CaseServer;
import io.podidentity.tokenprovider.cases.ConformanceCase;
import io.podidentity.tokenprovider.cases.ConformanceRunner;
import io.podidentity.tokenprovider.cases.EndpointCases;
import io.podidentity.tokenprovider.cases.EndpointCases.Failed;
import io.podidentity.tokenprovider.cases.Kind;
import io.podidentity.tokenprovider.cases.Runs;
import io.podidentity.tokenprovider.internal.http.HttpTransport;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.text.Time;
import io.podidentity.tokenprovider.support.Contexts;
import io.podidentity.tokenprovider.support.ServiceFabricServer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Service Fabric, over real TLS. */
@Runs(@Kind(name = "service_fabric", given = """
    {cert: 'match|other', endpoint: 'text', server: 'text|number', custom_transport: 'truth',
    claims: 'text', capabilities: ['text'], cached_token: 'text', identity: {client_id: 'text',
    object_id: 'text', resource_id: 'text'}}
    """, expected = """
        {result: 'token|failed', error: 'failure', secret_sent: 'truth', query_has: {'*': 'text'},
        query_lacks: ['text'], cache_bypassed: 'truth', message_contains: 'texts', message_lacks: 'texts',
        requests: 'number', http_requests: 'number'}
        """))
class ServiceFabricCasesTest extends ConformanceRunner {
    private static final String OLD = "cba06b5736faf67e54b07b561eae94395e774c517a7d910a54369e1263ccfbd4";
    private static final Map<String, String> MESSAGES = Map.of(
            "thumbprint_mismatch", "is not the one that IDENTITY_SERVER_THUMBPRINT names, and no secret was sent",
            "https_required", "IDENTITY_ENDPOINT is not an https URL",
            "redirect_refused", "HTTP 30",
            "custom_transport_refused", "transport",
            "user_assigned_not_supported", "one identity of its own");

    @Override
    public void run(ConformanceCase row) throws Exception {
        JsonNode given = row.given();
        try (ServiceFabricServer server = new ServiceFabricServer(CaseServer.status(given.path("server"), 200))) {
            Map<String, String> variables = new HashMap<>(server.variables());
            if (given.hasNonNull("endpoint")) {
                variables.put("IDENTITY_ENDPOINT", row.given("endpoint"));
            }
            if ("other".equals(row.given("cert"))) {
                variables.put("IDENTITY_SERVER_THUMBPRINT", "a".repeat(40));
            }
            TokenSource source = new ServiceFabricTokenSource(
                    Contexts.of(
                            new Environment(variables, false, false, "/nowhere"),
                            new HttpTransport(Time.SYSTEM),
                            Time.SYSTEM),
                    EndpointCases.identity(given.path("identity")));
            String claims = given.has("capabilities") && !given.has("claims") ? "{}" : row.given("claims");
            if (given.has("cached_token")) {
                assertThat(EndpointCases.failure(source, EndpointCases.REQUEST)).isNull();
            }

            Failed failure = EndpointCases.failure(source, EndpointCases.REQUEST.withClaims(claims));

            verify(row, server, failure);
        }
    }

    private static void verify(ConformanceCase row, ServiceFabricServer server, Failed failure) {
        String error = row.expected("error");
        assertThat(failure != null).as(String.valueOf(failure)).isEqualTo(EndpointCases.fails(row.expected()));
        EndpointCases.assertMessage(row.expected(), failure == null ? "" : failure.message());
        for (String count : List.of("requests", "http_requests")) {
            if (row.expected().has(count)) {
                assertThat(server.queries()).hasSize(row.expected().get(count).asInt());
            }
        }
        if (error == null) {
            assertThat(server.secrets()).containsOnly("the-secret");
        } else {
            assertThat(failure.message())
                    .contains(MESSAGES.getOrDefault(error, ""))
                    .doesNotContain("the-secret");
        }
        if (row.expected().has("secret_sent")) {
            assertThat(!server.secrets().isEmpty())
                    .isEqualTo(row.expected().get("secret_sent").asBoolean());
        }
        if (row.expected().has("query_has")) {
            Map<String, String> last =
                    EndpointCases.members(server.queries().get(server.queries().size() - 1));
            EndpointCases.texts(row.expected().get("query_has"))
                    .forEach(
                            (name, value) -> assertThat(last).containsEntry(name, value.startsWith("<") ? OLD : value));
        }
        if (row.expected().has("query_lacks")) {
            assertThat(EndpointCases.members(
                            server.queries().get(server.queries().size() - 1)))
                    .doesNotContainKeys(EndpointCases.list(row.expected().get("query_lacks")));
        }
        if (row.expected().has("cache_bypassed")) {
            assertThat(server.queries().size() == 2)
                    .isEqualTo(row.expected().get("cache_bypassed").asBoolean());
        }
    }
}
