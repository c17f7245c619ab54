// SPDX-License-Identifier: Apache-2.0
package io.podidentity.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** An HTTP server in a process of its own, which has given its first answer. */
record AppServer(Process process, int port, double readyMillis) implements AutoCloseable {
    private static final long LIMIT_NANOS = 120_000_000_000L;
    private static final long PAUSE_NANOS = 2_000_000;

    /**
     * Starts it on a free port, given by {@code SERVER_PORT}, and waits until it is ready.
     *
     * @param path the path that it answers with status 200 once it is ready
     * @throws IOException if it ends before it is ready, or is not ready within two minutes
     */
    static AppServer start(ProcessBuilder builder, String path) throws IOException, InterruptedException {
        int port = freePort();
        builder.environment().put("SERVER_PORT", String.valueOf(port));
        long begin = System.nanoTime();
        Process process = builder.start();
        while (!isReady(port, path)) {
            if (!process.isAlive() || System.nanoTime() - begin > LIMIT_NANOS) {
                end(process);
                throw new IOException("the server did not become ready: " + builder.command());
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        return new AppServer(process, port, (System.nanoTime() - begin) / 1e6);
    }

    /** The processor time that it has used until now. */
    double cpuMillis() {
        return process.info().totalCpuDuration().orElse(Duration.ZERO).toMillis();
    }

    /** Its resident memory now; 0 where the kernel does not tell. */
    double residentMegabytes() throws IOException {
        Path status = Path.of("/proc/" + process.pid() + "/status");
        if (!Files.isReadable(status)) {
            return 0;
        }
        for (String line : Files.readAllLines(status)) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) / 1024.0;
            }
        }
        return 0;
    }

    @Override
    public void close() {
        end(process);
    }

    static void end(Process process) {
        process.destroy();
        try {
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    /** Asks over a bare socket: most attempts are refused, and they must cost next to nothing. */
    private static boolean isReady(int port, String path) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            OutputStream out = socket.getOutputStream();
            out.write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            return new String(in.readNBytes(12), StandardCharsets.US_ASCII).endsWith(" 200");
        } catch (IOException e) {
            return false;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
