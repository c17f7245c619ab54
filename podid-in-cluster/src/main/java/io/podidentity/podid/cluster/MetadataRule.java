package io.podidentity.podid.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** The rule in the node's nat table that leads pods to NMI in place of the metadata service, in NMI's own chain. */
final class MetadataRule {

    private static final String CHAIN = "aad-metadata";
    private static final String JUMP = "PREROUTING -j " + CHAIN;
    private static final long INTERVAL_SECONDS = 60;

    private MetadataRule() {}

    /**
     * Writes the rule, again if somebody has removed it, and removes it when the process ends.
     *
     * @param nmi address and port
     * @throws IOException if iptables cannot be run, or refuses the rule
     */
    static void keep(String nmi) throws IOException {
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

    private interface Change {
        void make() throws IOException;
    }

    /** What fails now is tried again later. */
    private static void logged(Change change) {
        try {
            change.make();
        } catch (IOException e) {
            System.err.println(e.getMessage());
        }
    }

    private static void renew(String nmi) throws IOException {
        if (!iptables("-C " + JUMP)) {
            write(nmi);
        }
    }

    private static void write(String nmi) throws IOException {
        remove();
        boolean written = iptables("-N " + CHAIN)
                && iptables("-A " + CHAIN + " ! -s 127.0.0.1/32 -d 169.254.169.254/32 -p tcp -m tcp --dport 80"
                        + " -j DNAT --to-destination " + nmi)
                && iptables("-A " + CHAIN + " -j RETURN")
                && iptables("-I " + JUMP);
        if (!written) {
            throw new IOException("iptables refuses the rule for the metadata service");
        }
    }

    /** What is not there is removed already. */
    private static void remove() throws IOException {
        while (iptables("-D " + JUMP)) {
            // It may be there more than once.
        }
        var unused = iptables("-F " + CHAIN) && iptables("-X " + CHAIN);
    }

    /** Changes the nat table by one command, or looks into it; false if iptables says no. */
    private static boolean iptables(String command) throws IOException {
        var line = new ArrayList<>(List.of("iptables", "-w", "-t", "nat"));
        line.addAll(List.of(command.split(" ")));
        Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        try {
            boolean taken = process.waitFor() == 0;
            if (!taken && !command.matches("-[CDFX] .*")) {
                System.err.println(String.join(" ", line) + ": " + said);
            }
            return taken;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
