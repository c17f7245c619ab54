// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HealthPortTest {

    @Test
    void probe_whileTheProcessWorks_isAnsweredSo() throws Exception {
        var works = new AtomicBoolean(true);
        try (var port = HealthPort.open(0, works::get)) {
            assertThat(probe(port.getLocalPort())).isEqualTo(200);

            works.set(false);

            assertThat(probe(port.getLocalPort())).isEqualTo(503);
        }
    }

    @Test
    void probe_afterOneThatHungUp_isAnswered() throws Exception {
        try (var port = HealthPort.open(0, () -> true)) {
            new Socket(port.getInetAddress(), port.getLocalPort()).close();

            assertThat(probe(port.getLocalPort())).isEqualTo(200);
        }
    }

    private static int probe(int port) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/"))
                .build();
        return HttpClient.newHttpClient()
                .send(request, BodyHandlers.discarding())
                .statusCode();
    }
}
