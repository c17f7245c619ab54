// SPDX-License-Identifier: Apache-2.0
package io.podidentity.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.junit.EmulatorExtension;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** The application in the pod of the manifests with which it is deployed, and in a pod that is not in them. */
class InPodIT {
    private static final Path MANIFESTS = Path.of("../k8s/overlays/pod-identity");

    @RegisterExtension
    final EmulatorExtension azure = new EmulatorExtension(PodIdentityEmulator.builder()
            .manifests(
                    MANIFESTS.resolve("azure-identity.yaml"),
                    MANIFESTS.resolve("azure-identity-binding.yaml"),
                    MANIFESTS.resolve("pod-label.yaml"))
            .cluster(Cluster.of(List.of(Pod.of("default", "stranger", Map.of()))))
            .timeScale(500));

    @Test
    void identity_inThePodOfTheManifests_isTheOneBoundToIt() throws Exception {
        HttpResponse<String> answer = identityIn("podidentitydemo");

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.body()).contains("\"appId\":\"11111111-1111-1111-1111-111111111111\"");
    }

    @Test
    void identity_inAPodWithoutABinding_saysWhatTheNodeSaid() throws Exception {
        HttpResponse<String> answer = identityIn("stranger");

        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.body()).contains("no AzureAssignedIdentity found for pod:default/stranger in assigned state");
    }

    private HttpResponse<String> identityIn(String pod) throws Exception {
        Map<String, Object> settings = new EmulatedAzure(azure.emulator()).settings();
        azure.emulator()
                .pod(pod)
                .environment()
                .forEach((variable, value) -> settings.put("token-provider.environment." + variable, value));
        try (ConfigurableApplicationContext application = new SpringApplicationBuilder(DemoApplication.class)
                .properties(settings)
                // As an argument: the application's own 8080 goes before a default property.
                .run("--server.port=0")) {
            String port = application.getEnvironment().getRequiredProperty("local.server.port");
            URI uri = URI.create("http://127.0.0.1:" + port + "/api/identity");
            return HttpClient.newHttpClient()
                    .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString(UTF_8));
        }
    }
}
