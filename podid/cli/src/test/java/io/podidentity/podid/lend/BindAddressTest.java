// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.lend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BindAddressTest {

    private final Map<String, List<InetAddress>> interfaces =
            Map.of("docker0", List.of(address("fe80::1"), address("172.17.0.1")), "eth0", List.of(address("10.0.0.5")));

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, false, 127.0.0.1",
        "::1, false, 0:0:0:0:0:0:0:1",
        "docker, false, 172.17.0.1",
        "172.17.0.1, false, 172.17.0.1",
        "0.0.0.0, true, 0.0.0.0",
        "10.0.0.5, true, 10.0.0.5"
    })
    void find_whatMayBeBound_isThatAddress(String text, boolean exposed, String address) {
        assertThat(bind().find(text, exposed).getHostAddress()).isEqualTo(address);
    }

    @ParameterizedTest
    @CsvSource({
        "0.0.0.0, --exposed",
        "::, --exposed",
        "10.0.0.5, --exposed",
        "169.254.1.1, --exposed",
        "podman, podman makes it with the first container",
        "localhost.evil.example, not \"localhost.evil.example\"",
        "'', takes docker"
    })
    void find_whatMayNotBeBound_saysWhatToDo(String text, String advice) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> bind().find(text, false))
                .withMessageContaining(advice);
    }

    @Test
    void find_withoutDocker_saysSo() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new BindAddress(name -> List.of()).find("docker", true))
                .withMessageContaining("docker0")
                .withMessageContaining("host.docker.internal");
    }

    private BindAddress bind() {
        return new BindAddress(name -> interfaces.getOrDefault(name, List.of()));
    }

    private static InetAddress address(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
