package io.podidentity.podid.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** The rule in the node's nat table that leads pods to NMI in place of the metadata service, in NMI's own chain. */
final class MetadataRule {

    private static final String CHAIN = "aad-metadata";
    private static final String JUMP = "PREROUTING -j " + CHAIN;
    private static final long INTERVAL_SECONDS = 60;

    private MetadataRule() {}

    /** Writes the rule, again if somebody has removed it, and removes it when the process ends. */
    static void keep(String nmi) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> logged(MetadataRule::remove)));
        write(nmi);
        var unused = Executors.newSingleThreadScheduledExecutor(task -> {
                    var daemon = new Thread(task, "podid-rule");
                    daemon.setDaemon(true);
                    return daemon;
                })
                .scheduleWithFixedDelay(
                        () -> logged(() -> renew(nmi)), INTERVAL_SECONDS, INTERVAL_SECONDS, TimeUnit.SECONDS);
    }

    private static void logged(Runnable change) {
        try {
            change.run();
        } catch (UncheckedIOException e) {
            System.err.println(e.getMessage());
        }
    }

    private static void renew(String nmi) {
        if (refusal("-C " + JUMP).isPresent()) {
            write(nmi);
        }
    }

    private static void write(String nmi) {
        remove();
        for (String command : List.of(
                "-N " + CHAIN,
                "-A " + CHAIN + " ! -s 127.0.0.1/32 -d 169.254.169.254/32 -p tcp -m tcp --dport 80 -j DNAT"
                        + " --to-destination " + nmi,
                "-A " + CHAIN + " -j RETURN",
                "-I " + JUMP)) {
            refusal(command).ifPresent(said -> {
                throw new UncheckedIOException(new IOException(
                        "iptables refuses the rule for the metadata service: " + command + ": " + said));
            });
        }
    }

    /** What is not there is removed already. */
    private static void remove() {
        while (refusal("-D " + JUMP).isEmpty()) {
            // It may be there more than once.
        }
        refusal("-F " + CHAIN);
        refusal("-X " + CHAIN);
    }

    /** What iptables says against a command for the nat table; empty if it has done it. */
    private static Optional<String> refusal(String command) {
        var line = new ArrayList<>(List.of("iptables", "-w", "-t", "nat"));
        line.addAll(List.of(command.split(" ")));
        try {
            Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return process.waitFor() == 0 ? Optional.empty() : Optional.of(said);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new IOException("interrupted", e));
        }
    }
}
