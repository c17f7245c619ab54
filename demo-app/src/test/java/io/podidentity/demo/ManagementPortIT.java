// SPDX-License-Identifier: Apache-2.0
package io.podidentity.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.demo.azure.FakeAzure;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.web.server.LocalManagementPort;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.TestPropertySource;

/** With a port of its own for Actuator. */
@Import(FakeAzure.SignedIn.class)
@TestPropertySource(properties = {"management.server.port=0", "management.server.address=127.0.0.1"})
class ManagementPortIT extends DemoServer {
    @LocalManagementPort
    int managementPort;

    @Test
    void actuator_onItsOwnPort_isThereOnlyAndReadOnly() throws Exception {
        assertThat(get("/actuator/health").statusCode()).isEqualTo(404);
        assertThat(get("/").body()).contains("api/identity").doesNotContain("actuator/");
        assertThat(management("GET", "/actuator/health/liveness")).isEqualTo(200);
        assertThat(management("GET", "/actuator/prometheus")).isEqualTo(200);
        assertThat(management("GET", "/actuator/tokenprovider")).isEqualTo(200);
        assertThat(management("DELETE", "/actuator/tokenprovider")).isEqualTo(405);
        assertThat(management("GET", "/")).isEqualTo(404);
    }

    @Test
    void readiness_always_isAnsweredOnThePortThatServes() throws Exception {
        assertThat(get("/readyz").statusCode()).isEqualTo(200);
        assertThat(get("/readyz").body()).contains("UP").doesNotContain("token");
    }

    private int management(String method, String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + managementPort + path))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build();
        return HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }
}
