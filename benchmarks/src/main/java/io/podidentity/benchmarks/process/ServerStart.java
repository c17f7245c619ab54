package io.podidentity.benchmarks.process;

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

/**
 * What the start of an HTTP server cost.
 *
 * @param readyMillis from the start of its process to its first answer with status 200
 * @param cpuMillis processor time until then
 * @param residentMegabytes resident memory at that time; 0 where the kernel does not tell
 */
public record ServerStart(double readyMillis, double cpuMillis, double residentMegabytes) {
    private static final long LIMIT_NANOS = 120_000_000_000L;
    private static final long PAUSE_NANOS = 2_000_000;

    /**
     * Starts it on a free port, given by {@code SERVER_PORT}, waits until it is ready, and ends it.
     *
     * @param path the path that it answers with status 200 once it is ready
     * @throws IOException if it ends before it is ready, or is not ready within two minutes
     */
    public static ServerStart of(ProcessBuilder builder, String path) throws IOException, InterruptedException {
        int port = freePort();
        builder.environment().put("SERVER_PORT", String.valueOf(port));
        long begin = System.nanoTime();
        Process process = builder.start();
        try {
            while (!isReady(port, path)) {
                if (!process.isAlive() || System.nanoTime() - begin > LIMIT_NANOS) {
                    throw new IOException("the server did not become ready: " + builder.command());
                }
                LockSupport.parkNanos(PAUSE_NANOS);
            }
            double ready = (System.nanoTime() - begin) / 1e6;
            Duration cpu = process.info().totalCpuDuration().orElse(Duration.ZERO);
            return new ServerStart(ready, cpu.toMillis(), residentMegabytes(process.pid()));
        } finally {
            process.destroy();
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
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

    private static double residentMegabytes(long pid) throws IOException {
        Path status = Path.of("/proc/" + pid + "/status");
        if (Files.isReadable(status)) {
            for (String line : Files.readAllLines(status)) {
                if (line.startsWith("VmRSS:")) {
                    return Long.parseLong(line.replaceAll("\\D", "")) / 1024.0;
                }
            }
        }
        return 0;
    }
}
