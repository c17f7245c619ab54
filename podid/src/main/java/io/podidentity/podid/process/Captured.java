package io.podidentity.podid.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
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
     * @throws IOException if it cannot be started, prints more than 32 MiB, or its output cannot be read to its end
     */
    public static Captured run(List<String> command, Duration limit) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).start();
        try {
            process.getOutputStream().close();
            CompletableFuture<byte[]> stderr = reading(process.getErrorStream(), MAX_STDERR);
            CompletableFuture<byte[]> stdout = reading(process.getInputStream(), MAX_STDOUT + 1);
            boolean ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
            end(process);
            // What it has started and left behind may hold its outputs open. An error text is welcome, and no more.
            stderr.completeOnTimeout(new byte[0], LATE_SECONDS, TimeUnit.SECONDS);
            stdout.orTimeout(LATE_SECONDS, TimeUnit.SECONDS);
            if (!ended) {
                return new Captured(
                        TIMED_OUT,
                        "",
                        text(stderr.exceptionally(unread -> new byte[0]).join()));
            }
            byte[] output = whole(stdout, command.get(0));
            if (output.length > MAX_STDOUT) {
                throw new IOException(command.get(0) + " printed more than " + (MAX_STDOUT >> 20) + " MiB");
            }
            return new Captured(
                    process.exitValue(),
                    text(output),
                    text(stderr.exceptionally(unread -> new byte[0]).join()));
        } finally {
            end(process);
        }
    }

    /** What was not read to its end must not pass for all of it. */
    private static byte[] whole(CompletableFuture<byte[]> output, String program) throws IOException {
        try {
            return output.join();
        } catch (CompletionException e) {
            throw new IOException("the output of " + program + " could not be read to its end", e.getCause());
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
                        read.completeExceptionally(e);
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
        // Not that of the process itself, which closes its outputs before they are read.
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
