// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.manifest.ManifestReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The double refuses what the real API server refuses, as it does in Kubernetes 1.34. */
class KubernetesApiTest {

    private static final String TOKEN = "/api/v1/namespaces/default/serviceaccounts/orders/token";

    private static ServedCluster cluster;
    private static HttpClient client;

    @BeforeAll
    static void start() {
        cluster = new ServedCluster(
                PodIdentityEmulator.builder(),
                new ManifestReader(Profile.WORKLOAD_IDENTITY).readText("cluster.yaml", """
                        apiVersion: v1
                        kind: ServiceAccount
                        metadata: {name: orders}
                        ---
                        apiVersion: v1
                        kind: Pod
                        metadata: {name: orders}
                        spec: {serviceAccountName: orders, containers: [{name: c, image: x}]}
                        ---
                        apiVersion: v1
                        kind: Pod
                        metadata: {name: bare}
                        spec: {containers: [{name: c, image: x}]}
                        """),
                "dev");
        client =
                HttpClient.newBuilder().sslContext(cluster.azure().sslContext()).build();
    }

    @AfterAll
    static void end() {
        cluster.close();
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return client.send(request.build(), BodyHandlers.ofString());
    }

    private static HttpRequest.Builder as(String user, String path) {
        return HttpRequest.newBuilder(URI.create(cluster.uri() + path))
                .header("Authorization", "Bearer " + user + "-token");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
                    {"spec":{"expirationSeconds":600}}                                                   | 201 | expirationTimestamp
                    {"spec":{"audiences":[]}}                                                            | 201 | expirationTimestamp
                    {"spec":{"expirationSeconds":599}}                                                   | 422 | may not specify a duration less than 10 minutes
                    {"spec":{"expirationSeconds":4294967297}}                                            | 422 | larger than 2^32 seconds
                    {"metadata":{"name":"other"}}                                                        | 422 | must match the service account name
                    {"metadata":{"namespace":"other"}}                                                   | 422 | must match the service account namespace
                    {"spec":{"boundObjectRef":{"apiVersion":"apps/v1","kind":"Pod","name":"orders"}}}    | 400 | object of type apps/v1, Kind=Pod
                    {"spec":{"boundObjectRef":{"apiVersion":"v1","kind":"ConfigMap","name":"orders"}}}   | 400 | object of type v1, Kind=ConfigMap
                    {"spec":{"boundObjectRef":{"apiVersion":"v1","kind":"Pod","name":"none"}}}           | 404 | pods "none" not found
                    {"spec":{"boundObjectRef":{"apiVersion":"v1","kind":"Pod","name":"bare"}}}           | 400 | different serviceaccount
                    {"spec":{"boundObjectRef":{"apiVersion":"v1","kind":"Pod","name":"orders","uid":"x"}}} | 409 | does not match the UID
                    {"spec":{"boundObjectRef":{"apiVersion":"v1","kind":"Pod","name":"orders"}}}         | 201 | expirationTimestamp
                    """)
    void tokenRequest_always_isJudgedAsByTheRealServer(String body, int code, String text) throws Exception {
        HttpResponse<String> answer = send(as("admin", TOKEN)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(code);
        assertThat(answer.body().replace("\\\"", "\"")).contains(text);
    }

    @Test
    void request_inTheNameOfAnother_isForbidden() throws Exception {
        HttpResponse<String> answer = send(as("dev", "/api/v1/pods").header("Impersonate-User", "alice"));

        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.body().replace("\\\"", "\""))
                .contains("users \"alice\" is forbidden: User \"dev\" cannot impersonate resource \"users\" in API"
                        + " group \"\" at the cluster scope");
    }

    @Test
    void request_ofNobodyKnown_isUnauthorized() throws Exception {
        assertThat(send(HttpRequest.newBuilder(URI.create(cluster.uri() + "/api/v1/pods")))
                        .statusCode())
                .isEqualTo(401);
    }
}
