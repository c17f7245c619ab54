package io.podidentity.tokenprovider.internal.tool;

import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.text.Time;
import java.io.File;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

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
    public ProcessResult run(List<String> command, long limitNanos) throws IOException, InterruptedException {
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
        return new ProcessResult(!ended, ended ? process.exitValue() : -1, stdout.text(), stderr.text());
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
        return builder.start();
    }

    private @Nullable File safeDirectory() {
        if (!environment.windows()) {
            return new File("/");
        }
        String systemRoot = environment.get("SystemRoot");
        return systemRoot == null ? null : new File(systemRoot, "system32");
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
}
