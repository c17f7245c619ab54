// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.serve.arm;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.json.Json;
import io.podidentity.testsupport.Client;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GraphEndpointTest {

    private static PodIdentityEmulator azure;
    private static Client client;
    private static String token;

    private final ExecutorService callers = Executors.newFixedThreadPool(32);
    private String application;

    @BeforeAll
    static void signIn() throws Exception {
        azure = PodIdentityEmulator.builder()
                .besideEntra(beside -> new ArmEndpoint(beside, new ArmFaults()))
                .start();
        client = Client.of(azure.sslContext());
        token = (String) Client.json(client.get(
                        azure.imds()
                                + "/metadata/identity/oauth2/token?api-version=2018-02-01"
                                + "&resource=https://management.azure.com/",
                        "Metadata",
                        "true"))
                .get("access_token");
    }

    @AfterAll
    static void close() {
        azure.close();
    }

    @BeforeEach
    void createApplication() throws Exception {
        application = "applications/"
                + Client.json(post("applications", Map.of("displayName", "orders")))
                        .get("id");
    }

    @AfterEach
    void endCallers() {
        callers.shutdownNow();
    }

    @Test
    void application_withAPassword_isGoneWithItsPrincipalWhenDeleted() throws Exception {
        Object appId = Client.json(send("GET", application, "")).get("appId");
        HttpResponse<String> principal = post("servicePrincipals", Map.of("appId", appId));
        assertThat(principal.statusCode()).isEqualTo(201);
        assertThat(Client.json(post(application + "/addPassword", Map.of()))).containsKeys("keyId", "secretText");
        assertThat(send("GET", application, "").body()).contains("keyId").doesNotContain("secretText");

        assertThat(send("DELETE", application, "").statusCode()).isEqualTo(204);
        assertThat(send("GET", application, "").statusCode()).isEqualTo(404);
        assertThat(send("GET", "servicePrincipals/" + Client.json(principal).get("id"), "")
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void credential_ofANewOne_isListed() throws Exception {
        assertThat(create(credential("one", "a"))).isEqualTo(201);

        assertThat(send("GET", application + "/federatedIdentityCredentials", "")
                        .body())
                .contains("\"subject\":\"a\"");
    }

    @Test
    void credential_ofTheSameSubjectOrName_isRefused() throws Exception {
        create(credential("one", "a"));

        assertThat(create(credential("two", "a"))).isEqualTo(409);
        assertThat(create(credential("one", "b"))).isEqualTo(409);
        assertThat(create(credential("two", "b"))).isEqualTo(201);
    }

    @Test
    void credential_withoutASubject_isRefused() throws Exception {
        Map<String, Object> credential = credential("one", "a");
        credential.remove("subject");

        assertThat(post(application + "/federatedIdentityCredentials", credential)
                        .body())
                .startsWith("{\"error\":{\"code\":\"Request_BadRequest\",");
    }

    @Test
    void credential_createdByManyAtOnce_isMadeOnce() throws Exception {
        Map<String, Object> credential = credential("one", "a");
        List<Integer> statuses = IntStream.range(0, 32)
                .mapToObj(caller -> CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                return create(credential);
                            } catch (Exception e) {
                                throw new AssertionError(e);
                            }
                        },
                        callers))
                .toList()
                .stream()
                .map(CompletableFuture::join)
                .toList();

        assertThat(statuses).containsOnlyOnce(201);
    }

    @Test
    void principal_byItsIds_isFoundWhateverTheirCase() throws Exception {
        String appId = (String) Client.json(send("GET", application, "")).get("appId");
        String id = (String)
                Client.json(post("servicePrincipals", Map.of("appId", appId))).get("id");

        assertThat(post("directoryObjects/getByIds", Map.of("ids", List.of(id.toUpperCase(Locale.ROOT))))
                        .body())
                .contains(id);
        assertThat(principals(appId.toUpperCase(Locale.ROOT))).contains(id);
        assertThat(principals(appId.substring(0, 8))).doesNotContain(id);
    }

    private static String principals(String appId) throws Exception {
        return send("GET", "servicePrincipals?$filter=appId%20eq%20%27" + appId + "%27", "")
                .body();
    }

    @Test
    void credential_theTwentyFirst_isRefused() throws Exception {
        for (int i = 0; i < 20; i++) {
            assertThat(create(credential("name" + i, "subject" + i))).isEqualTo(201);
        }

        assertThat(create(credential("one", "more"))).isEqualTo(400);
    }

    private static Map<String, Object> credential(String name, String subject) {
        return new HashMap<>(Map.of(
                "name",
                name,
                "issuer",
                "https://issuer.example/",
                "subject",
                subject,
                "audiences",
                List.of("api://x")));
    }

    private int create(Map<String, Object> credential) throws Exception {
        return post(application + "/federatedIdentityCredentials", credential).statusCode();
    }

    private static HttpResponse<String> post(String path, Map<String, Object> body) throws Exception {
        return send("POST", path, Json.write(body));
    }

    private static HttpResponse<String> send(String method, String path, String body) throws Exception {
        return client.sendJson(method, azure.entra() + "/v1.0/" + path, token, body);
    }
}
