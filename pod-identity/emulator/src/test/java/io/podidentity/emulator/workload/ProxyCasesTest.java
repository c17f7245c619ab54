// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.workload;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.cases.Case;
import io.podidentity.emulator.cases.CaseRunner;
import io.podidentity.emulator.cases.Reading;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Endpoint;
import io.podidentity.emulator.http.Request;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;

/** What the real proxy's own tests expect of it. */
public class ProxyCasesTest extends CaseRunner {

    private static final String PATH =
            "/metadata/identity/oauth2/token?api-version=2018-02-01&client_id=client&resource=https%3A%2F%2Fvault.azure.net";

    @Override
    public Map<String, Reading> readings() {
        return Map.ofEntries(
                Map.entry("wi.proxy.token", Reading.of("""
                    {method: 'text', path: 'text', env: {AZURE_CLIENT_ID: 'text', AZURE_TENANT_ID: 'text'},
                    aad: 'text'}
                    """, """
                    {status: 'number', body: 'text', bodyContains: 'text', fields: {'*': 'text|number'}}
                    """, this::token)),
                Map.entry(
                        "wi.proxy.router",
                        Reading.of(
                                        "{method: 'text', path: 'text'}",
                                        "{handler: 'token|readyz|default-proxy'}",
                                        this::router)
                                .withNotes("method")),
                Map.entry("wi.proxy.scope", Reading.of("{resource: 'text'}", "{scope: 'text'}", this::scope)));
    }

    private void token(Case test) throws Exception {
        String clientId = (String) test.object("env").getOrDefault("AZURE_CLIENT_ID", "");
        String path = test.given().containsKey("path") ? test.text("path") : PATH;
        Answer answer = proxy(clientId, test.text("aad"))
                .answer(Request.of(test.text("method").isEmpty() ? "GET" : test.text("method"), path, Map.of()));

        assertThat((long) answer.status()).isEqualTo(test.expected().get("status"));
        if (test.expected().get("body") instanceof String body) {
            assertThat(answer.text()).isEqualTo(body);
        }
        if (test.expected().get("bodyContains") instanceof String words) {
            assertThat(answer.text()).contains(words);
        }
    }

    private void router(Case test) {
        String handler = (String) test.expected().get("handler");

        assertThat(ProxySidecar.Route.of(test.text("path")))
                .isEqualTo(
                        switch (String.valueOf(handler)) {
                            case "token" -> ProxySidecar.Route.TOKEN;
                            case "readyz" -> ProxySidecar.Route.READY;
                            case "default-proxy" -> ProxySidecar.Route.IMDS;
                            default -> throw new AssertionError("No handler " + handler);
                        });
    }

    private void scope(Case test) {
        assertThat(ProxySidecar.scope(test.text("resource")))
                .isEqualTo(test.expected().get("scope"));
    }

    /** @param refusal the code with which Entra refuses, empty if it does not */
    private static ProxySidecar proxy(String clientId, String refusal) throws Exception {
        Path token = Files.createTempFile("podid-test", ".token");
        token.toFile().deleteOnExit();
        Endpoint entra = request -> refusal.isEmpty()
                ? Answer.json(200, Map.of("access_token", "t", "expires_in", 3600))
                : Answer.json(400, Map.of("error", "invalid_request", "error_description", refusal + ": no match"));
        Endpoint imds = request -> Answer.empty(404);
        return new ProxySidecar(
                clientId, "https://login.microsoftonline.com/", "tenant", token, entra, imds, Clock.systemUTC());
    }
}
