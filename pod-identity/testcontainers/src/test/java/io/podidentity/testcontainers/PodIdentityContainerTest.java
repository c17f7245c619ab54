// SPDX-License-Identifier: Apache-2.0
package io.podidentity.testcontainers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.testcontainers.utility.DockerImageName;

/** What needs no container engine; e2e has one. */
class PodIdentityContainerTest {

    @Test
    void addresses_beforeItRuns_sayThatItDoesNot() {
        try (var container = new PodIdentityContainer(DockerImageName.parse("podid"))) {
            assertThatThrownBy(container::environment)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("The container is not running: start it, or let @Container start it");
            assertThatThrownBy(container::imds).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> container.withPod("shop/orders").environment())
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void discoveryPort_whereNobodyListens_isAskedAgainOrSaysSo() {
        var discovery = new DiscoveryClient(URI.create("http://127.0.0.1:1"));

        assertThat(discovery.expose("127.0.0.1", Map.of())).isFalse();
        assertThatThrownBy(() -> discovery.text("/ca.pem"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("podid does not answer at http://127.0.0.1:1: is the container running?");
    }
}
