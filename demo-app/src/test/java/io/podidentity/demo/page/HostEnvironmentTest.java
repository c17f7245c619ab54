// SPDX-License-Identifier: Apache-2.0
package io.podidentity.demo.page;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.mock.env.MockEnvironment;

class HostEnvironmentTest {
    @Test
    void text_ofAPod_hasItsName() {
        MockEnvironment pod = new MockEnvironment()
                .withProperty("KUBERNETES_SERVICE_HOST", "10.0.0.1")
                .withProperty("HOSTNAME", "orders-5d9c");

        assertThat(new Page.HostEnvironment(pod, "").text()).isEqualTo("in the pod orders-5d9c");
    }

    @Test
    void text_ofAnEmulatedPod_hasNotTheNameOfThisMachine() {
        MockEnvironment pod = new MockEnvironment()
                .withProperty("token-provider.environment.AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://127.0.0.1:1")
                .withProperty("HOSTNAME", "annas-laptop");

        assertThat(new Page.HostEnvironment(pod, "").text()).isEqualTo("in a pod");
    }

    @Test
    void text_withoutAVariableOfAPod_isThisMachine() {
        // A setting goes before the variable, so that a pod can play a laptop.
        MockEnvironment none = new MockEnvironment()
                .withProperty("KUBERNETES_SERVICE_HOST", "10.0.0.1")
                .withProperty("token-provider.environment.KUBERNETES_SERVICE_HOST", "");

        assertThat(new Page.HostEnvironment(none, "").text()).isEqualTo("on this machine");
    }

    @ParameterizedTest
    @CsvSource({
        "https://127.0.0.1:1/devstoreaccount1, true",
        "https://localhost:1/devstoreaccount1, true",
        "https://account.blob.core.windows.net, false",
        "https://localhostaccount.blob.core.windows.net, false",
        "'', false"
    })
    void isEmulated_withAnEndpoint_isSoOnThisMachineOnly(String endpoint, boolean expected) {
        assertThat(new Page.HostEnvironment(new MockEnvironment(), endpoint).isEmulated())
                .isEqualTo(expected);
    }
}
