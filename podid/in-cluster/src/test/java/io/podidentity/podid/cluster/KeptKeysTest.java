// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Secret;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class KeptKeysTest {

    private static final Set<String> HOSTS = Set.of("login.microsoftonline.com", "emulated-azure.emulated-azure.svc");

    private final ApiServerOfTest cluster = new ApiServerOfTest();
    private final List<String> log = new ArrayList<>();

    @AfterEach
    void close() {
        cluster.close();
    }

    private KeptKeys read(Set<String> hosts) {
        return KeptKeys.read(cluster.client(), Instant.now(), hosts, log::add);
    }

    @Test
    void read_again_isTheSame() {
        KeptKeys first = read(HOSTS);

        KeptKeys next = read(HOSTS);

        assertThat(next.authority().pem()).isEqualTo(first.authority().pem());
        assertThat(next.authority().permits(HOSTS)).isTrue();
        assertThat(log).hasSize(1);
    }

    @Test
    void read_forAHostThatTheAuthorityDoesNotPermit_makesAnotherAndKeepsTheKeysOfTokens() {
        KeptKeys first = read(HOSTS);

        KeptKeys next = read(Set.of("azure.example"));

        assertThat(next.authority().pem()).isNotEqualTo(first.authority().pem());
        assertThat(next.authority().permits(Set.of("azure.example"))).isTrue();
        assertThat(next.of("any").jwk()).isEqualTo(first.of("any").jwk());
        assertThat(read(Set.of("azure.example")).authority().pem())
                .isEqualTo(next.authority().pem());
        assertThat(log).hasSize(2).allSatisfy(line -> assertThat(line).startsWith("made a new CA"));
    }

    /** As an earlier podid has kept it: one certificate that could sign for every host. */
    @Test
    void read_ofAnAuthorityWithoutLimits_makesAnother() {
        KeptKeys first = read(HOSTS);
        Secret kept = cluster.client().secrets().withName(KeptKeys.NAME).get();
        var data = new HashMap<>(kept.getData());
        data.remove("issuer.crt");
        cluster.put(
                "/api/v1/namespaces/emulated-azure/secrets/emulated-azure-ca",
                "v1",
                "Secret",
                Map.of("name", KeptKeys.NAME),
                Map.of("data", data));

        KeptKeys next = read(HOSTS);

        assertThat(next.authority().pem()).isNotEqualTo(first.authority().pem());
        assertThat(next.authority().permits(HOSTS)).isTrue();
        assertThat(log).hasSize(2);
    }
}
