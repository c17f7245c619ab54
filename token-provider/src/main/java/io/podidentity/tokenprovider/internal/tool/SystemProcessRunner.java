// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.tool;

import io.podidentity.tokenprovider.internal.Nullable;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.text.Time;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Runs programs on this machine: with empty standard input, with standard output and standard error kept separate, and
 * in a working directory that other users cannot write to.
 */
public final class SystemProcessRunner implements ProcessRunner {
    /** How often the outputs of a running program are read; its end is noticed at once. */
    private static final long LOOK_NANOS = 10_000_000L;

    /** Variables with a secret that none of these programs has a use for; the others are passed on. */
    private static final Set<String> SECRETS =
            Set.of("AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PASSWORD", "AzureServicesAuthConnectionString");

    private final Environment environment;

    public SystemProcessRunner(Environment environment) {
        this.environment = environment;
    }

    @Override
    public ProcessRunner.Result run(List<String> command, long limitNanos) throws IOException, InterruptedException {
        Process process = start(command);
        OutputReader stdout = new OutputReader(process.getInputStream());
        OutputReader stderr = new OutputReader(process.getErrorStream());
        boolean ended = false;
        try {
            long end = Time.SYSTEM.nanos() + limitNanos;
            for (long left = limitNanos; !ended && left > 0; left = end - Time.SYSTEM.nanos()) {
                ended = process.waitFor(Math.min(left, LOOK_NANOS), TimeUnit.NANOSECONDS);
                stdout.drain();
                stderr.drain();
            }
        } finally {
            if (!ended) {
                kill(process);
            }
            stdout.close();
            stderr.close();
        }
        int exitCode = -1;
        if (ended) {
            exitCode = process.exitValue();
        }
        return new ProcessRunner.Result(!ended, exitCode, stdout.text(), stderr.text());
    }

    private Process start(List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.redirectInput(new File(environment.windows() ? "NUL" : "/dev/null"));
        builder.directory(safeDirectory());
        Map<String, String> variables = builder.environment();
        if (!environment.inherited()) {
            variables.clear();
            variables.putAll(environment.variables());
        }
        SECRETS.forEach(variables::remove);
        Thread thread = Thread.currentThread();
        ClassLoader own = thread.getContextClassLoader();
        // The JDK may now make its thread that waits for processes. The thread inherits this class loader, and may live
        // for good. With a program's own loader, it would keep that program in memory after it was unloaded.
        thread.setContextClassLoader(ClassLoader.getSystemClassLoader());
        try {
            return builder.start();
        } finally {
            thread.setContextClassLoader(own);
        }
    }

    private @Nullable File safeDirectory() {
        if (!environment.windows()) {
            return new File("/");
        }
        String systemRoot = environment.get("SystemRoot");
        if (systemRoot == null) {
            return null;
        }
        return new File(systemRoot, "system32");
    }

    /**
     * Kills a process and its descendants. A process that is started between the listing and the kill is missed,
     * because an orphan is no longer a descendant of anything.
     */
    private static void kill(Process process) {
        List<ProcessHandle> descendants = process.descendants().collect(Collectors.toList());
        process.destroyForcibly();
        for (ProcessHandle descendant : descendants) {
            descendant.destroyForcibly();
        }
    }

    /**
     * Reads an output of a process as it arrives, so that the process never blocks for long, and keeps only the
     * beginning. It never waits for more, because a child that outlives the process may hold the output open for ever.
     */
    static final class OutputReader {
        private static final int MAX_BYTES = 256 * 1024;
        /** More than a pipe holds: what a program has printed before its end is all read at one look. */
        private static final int MAX_BYTES_PER_LOOK = 2 * 1024 * 1024;

        private final InputStream stream;
        private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
        private final byte[] buffer = new byte[8192];

        OutputReader(InputStream stream) {
            this.stream = stream;
        }

        /** Reads what is there; of a program that prints as fast as this reads, a bounded part. */
        void drain() {
            try {
                for (int read = 0; read < MAX_BYTES_PER_LOOK && stream.available() > 0; ) {
                    int count = stream.read(buffer);
                    kept.write(buffer, 0, Math.max(0, Math.min(count, MAX_BYTES - kept.size())));
                    read += count;
                }
            } catch (IOException e) {
                // The process was killed. What was read is kept.
            }
        }

        void close() {
            try {
                stream.close();
            } catch (IOException e) {
                // Nothing more is read from it.
            }
        }

        /** What has been read so far, as UTF-8; without the mark that Windows PowerShell may begin it with. */
        String text() {
            String text = kept.toString(StandardCharsets.UTF_8);
            return text.startsWith("\ufeff") ? text.substring(1) : text;
        }
    }
}
