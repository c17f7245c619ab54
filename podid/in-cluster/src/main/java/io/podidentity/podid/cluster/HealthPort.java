// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.function.BooleanSupplier;

/** A port of loopback at which the kubelet asks whether this process still works: 200, or 503. */
final class HealthPort {

    private static final int BACKLOG = 8;
    private static final int MILLIS = 1000;

    /** A probe's request is not longer, and what it asks for does not matter. */
    private static final int REQUEST = 4096;

    private HealthPort() {}

    /**
     * Answers, on a daemon thread, until the process ends.
     *
     * @throws IOException if the port is taken
     */
    static ServerSocket open(int port, BooleanSupplier works) throws IOException {
        var server = new ServerSocket(port, BACKLOG, InetAddress.getLoopbackAddress());
        var thread = new Thread(() -> serve(server, works), "podid-health");
        thread.setDaemon(true);
        thread.start();
        return server;
    }

    private static void serve(ServerSocket server, BooleanSupplier works) {
        while (!server.isClosed()) {
            try (Socket probe = server.accept()) {
                probe.setSoTimeout(MILLIS);
                var unused = probe.getInputStream().read(new byte[REQUEST]);
                String status = works.getAsBoolean() ? "200 OK" : "503 Service Unavailable";
                probe.getOutputStream()
                        .write(("HTTP/1.1 " + status + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
            } catch (IOException gone) {
                // The next probe is answered.
            }
        }
    }
}
