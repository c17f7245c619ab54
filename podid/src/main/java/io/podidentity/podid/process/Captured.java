package io.podidentity.podid.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * What a program printed that ran to its end without any input. Its text form shows none of it, since it may be secret.
 *
 * @param exitCode -1 if it was ended since it took too long
 * @param stdout all of it
 * @param stderr its beginning
 */
public record Captured(int exitCode, String stdout, String stderr) {

    private static final int MAX_STDOUT = 32 << 20;
    private static final int MAX_STDERR = 16 << 10;
    private static final int TIMED_OUT = -1;
    private static final int LATE_SECONDS = 5;

    /**
     * Runs a program, with the variables of this process.
     *
     * @param command the absolute path of the program, and its arguments; no shell reads them
     * @param limit after which it is ended, with all that it started
     * @throws IOException if it cannot be started, or prints more than 32 MiB
     */
    public static Captured run(List<String> command, Duration limit) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).start();
        try {
            process.getOutputStream().close();
            CompletableFuture<byte[]> stderr = reading(process.getErrorStream(), MAX_STDERR);
            CompletableFuture<byte[]> stdout = reading(process.getInputStream(), MAX_STDOUT + 1);
            boolean ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
            end(process);
            // What it has started and left behind may hold its outputs open.
            stderr.completeOnTimeout(new byte[0], LATE_SECONDS, TimeUnit.SECONDS);
            stdout.completeOnTimeout(new byte[0], LATE_SECONDS, TimeUnit.SECONDS);
            if (!ended) {
                return new Captured(TIMED_OUT, "", text(stderr.join()));
            }
            byte[] output = stdout.join();
            if (output.length > MAX_STDOUT) {
                throw new IOException(command.get(0) + " printed more than " + (MAX_STDOUT >> 20) + " MiB");
            }
            return new Captured(process.exitValue(), text(output), text(stderr.join()));
        } finally {
            end(process);
        }
    }

    /** Reads on a thread of its own, since the common pool may have none to spare. */
    private static CompletableFuture<byte[]> reading(InputStream in, int max) {
        var read = new CompletableFuture<byte[]>();
        var thread = new Thread(
                () -> {
                    try (in) {
                        read.complete(in.readNBytes(max));
                        in.transferTo(OutputStream.nullOutputStream());
                    } catch (IOException e) {
                        read.complete(new byte[0]);
                    }
                },
                "podid-output");
        thread.setDaemon(true);
        thread.start();
        return read;
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static void end(Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        // The process itself would close its streams, and lose what was not read yet.
        process.toHandle().destroyForcibly();
    }

    public boolean timedOut() {
        return exitCode == TIMED_OUT;
    }

    @Override
    public String toString() {
        return "Captured[exitCode=" + exitCode + "]";
    }
}
