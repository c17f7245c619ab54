// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.time.ManualClock;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A client that gives up while NMI waits for its identity. */
class NmiHangUpIT {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1.5.4 | msg=\"no AzureAssignedIdentity found for pod:default/stranger in assigned state, context"
                        + " canceled\"",
                "1.8.17 | failed to get matching identities for pod: default/stranger, error: context canceled"
            })
    void token_whenTheClientHangsUp_isCanceled(String version, String expected) throws Exception {
        var clock = new ManualClock(Instant.parse("2020-01-25T09:55:08Z"));
        var lines = new LinkedBlockingQueue<String>();
        try (var azure = PodIdentityEmulator.builder()
                .manifests(Path.of("src/test/resources/manifests/managed-identity.yaml"))
                .profile(Profile.of(version))
                .clusterClock(clock)
                .onLog(line -> {
                    if (line.source().equals("nmi")) {
                        lines.add(line.text());
                    }
                })
                .start()) {
            clock.awaitWaiters(1);
            URI imds = azure.pod("stranger").imds();
            try (var socket = new Socket(InetAddress.getByName(imds.getHost()), imds.getPort())) {
                socket.getOutputStream()
                        .write(
                                "GET /metadata/identity/oauth2/token?resource=r HTTP/1.1\r\nHost: nmi\r\nMetadata: true\r\n\r\n"
                                        .getBytes(StandardCharsets.US_ASCII));
                clock.awaitWaiters(2);
            }

            assertThat(lines.poll(20, TimeUnit.SECONDS)).contains(expected);
            assertThat(lines.poll(20, TimeUnit.SECONDS)).containsIgnoringCase("status (404) took 0 ns");
        }
    }
}
