// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.managed;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.TokenSource.Acquired;
import io.podidentity.tokenprovider.TokenSource.Unavailable;
import io.podidentity.tokenprovider.internal.http.HttpRequest;
import io.podidentity.tokenprovider.internal.http.HttpResponse;
import io.podidentity.tokenprovider.internal.http.HttpTransport;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.text.Time;
import io.podidentity.tokenprovider.support.Contexts;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A pod before the emulator's NMI of each version, and before its node's own metadata service. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class NodeIdentityIT {
    private static final TokenRequest REQUEST =
            TokenRequest.forResource("https://storage.azure.com/").withDeadline(Duration.ofSeconds(30));
    private static final String CLIENT = "11111111-1111-1111-1111-111111111111";

    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource(names = "WORKLOAD_IDENTITY", mode = EnumSource.Mode.EXCLUDE)
    void acquire_throughNmi_isTheTokenOfThePodsOwnIdentity(Profile version) throws Exception {
        try (PodIdentityEmulator azure = cluster(version)) {
            TokenSource.Outcome outcome =
                    source(azure.pod("default/demo").imds()).acquire(REQUEST);

            assertThat(outcome).isInstanceOf(Acquired.class);
            assertThat(((Acquired) outcome).caveat()).isEmpty();
            assertThat(((Acquired) outcome).token().principal().orElseThrow().appId())
                    .hasValue(CLIENT);
        }
    }

    @Test
    void acquire_withoutNmi_isNotTheNodesToken() throws Exception {
        try (PodIdentityEmulator azure = cluster(Profile.WORKLOAD_IDENTITY)) {
            URI imds = azure.pod("default/demo").imds();

            assertThat(source(imds).acquire(REQUEST)).isInstanceOf(Unavailable.class);
            TokenSource.Outcome meant =
                    new ImdsTokenSource(Contexts.of(pod(), transport(imds), Time.SYSTEM), false, null).acquire(REQUEST);
            assertThat(((Acquired) meant).caveat()).contains("the identity of the node");
        }
    }

    private PodIdentityEmulator cluster(Profile profile) throws IOException {
        Path manifests = Files.writeString(folder.resolve("cluster.yaml"), """
                apiVersion: aadpodidentity.k8s.io/v1
                kind: AzureIdentity
                metadata: {name: a}
                spec:
                  type: 0
                  resourceID: /subscriptions/s/resourcegroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/a
                  clientID: %s
                ---
                apiVersion: aadpodidentity.k8s.io/v1
                kind: AzureIdentityBinding
                metadata: {name: b}
                spec: {azureIdentity: a, selector: demo}
                ---
                apiVersion: v1
                kind: Pod
                metadata: {name: demo, labels: {aadpodidbinding: demo}}
                spec:
                  containers:
                    - {name: demo, image: demo}
                """.formatted(CLIENT));
        return PodIdentityEmulator.builder()
                .manifests(manifests)
                .profile(profile)
                .timeScale(600)
                .start();
    }

    private static ImdsTokenSource source(URI imds) {
        return ImdsTokenSource.ofChain(Contexts.of(pod(), transport(imds), Time.SYSTEM), false);
    }

    private static Environment pod() {
        return new Environment(Map.of("KUBERNETES_SERVICE_HOST", "10.0.0.1"), false, false, "/nowhere");
    }

    /** What NMI's rule in iptables does, or the node's network. */
    private static HttpTransport transport(URI imds) {
        return new HttpTransport(Time.SYSTEM) {
            @Override
            public HttpResponse send(HttpRequest request) throws IOException, InterruptedException {
                String url = request.url().replace("http://169.254.169.254", imds.toString());
                return super.send(HttpRequest.toHost(url, request.connectMillis(), request.totalMillis())
                        .withHeader("Metadata", "true"));
            }
        };
    }
}
