// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.testsupport.Client;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that never end their request, beside one that does. */
class SlowClientsTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "GET /metadata/identity",
                "GET / HTTP/1.1\r\nMetadata: ",
                "POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\na"
            })
    void token_besideClientsThatNeverEndTheirRequest_isThereBeforeTheirTimeIsOver(String beginning) throws Exception {
        List<Socket> slow = new ArrayList<>();
        try (var azure = PodIdentityEmulator.builder().start()) {
            try {
                var client = Client.of(azure.sslContext());
                String token = azure.imds()
                        + "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://vault.azure.net";
                assertThat(client.get(token, "Metadata", "true").statusCode()).isEqualTo(200);
                for (int i = 0; i < 500; i++) {
                    slow.add(begin(azure.imds(), beginning));
                }
                assertThat(client.get(token, "Metadata", "true").statusCode()).isEqualTo(200);
                // The server had not ended them first, which it does when their time is over.
                assertThat(slow).allMatch(SlowClientsTest::isOpen);
            } finally {
                for (Socket socket : slow) {
                    socket.close();
                }
            }
        }
    }

    private static Socket begin(URI server, String beginning) throws IOException {
        var socket = new Socket(server.getHost(), server.getPort());
        socket.getOutputStream().write(beginning.getBytes(US_ASCII));
        return socket;
    }

    /** Whether the server has neither answered on this connection nor closed it. */
    private static boolean isOpen(Socket socket) {
        try {
            socket.setSoTimeout(1);
            socket.getInputStream().read();
            return false;
        } catch (SocketTimeoutException nothingCame) {
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
