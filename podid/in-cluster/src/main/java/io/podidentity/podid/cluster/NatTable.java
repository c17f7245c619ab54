// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The node's nat table, by iptables: what others have written there for the metadata service, and podid's own rule, in
 * a chain of podid's own. No other chain is ever changed.
 */
final class NatTable {

    /** podid's chain. */
    static final String CHAIN = "podid-metadata";

    /** The chain of aad-pod-identity's NMI. */
    private static final String CHAIN_OF_NMI = "aad-metadata";

    private static final String JUMP = "PREROUTING -j " + CHAIN;

    /** What the node itself sends passes there, and what pods send does not. */
    private static final String OUTPUT = "OUTPUT";

    /** A node may have rules of both kinds. The first one is the one that podid's rule is of. */
    private static final List<String> PROGRAMS = List.of("iptables", "iptables-nft", "iptables-legacy");

    private static final Pattern RULE = Pattern.compile("-A (\\S+) .*");
    private static final Pattern DESTINATION =
            Pattern.compile("(?<!! )-d (\\d+)\\.(\\d+)\\.(\\d+)\\.(\\d+)(?:/(\\d+))?");
    private static final long METADATA = bits(169, 254, 169, 254);

    /** How programs are run. */
    @FunctionalInterface
    interface Iptables {

        /**
         * Runs a program with its arguments.
         *
         * @throws IOException if there is no such program
         */
        Ended run(List<String> command) throws IOException, InterruptedException;
    }

    /** What a program has printed, and whether it has done what it was told. */
    record Ended(boolean done, String said) {}

    private final Iptables iptables;

    NatTable(Iptables iptables) {
        this.iptables = iptables;
    }

    /** The one of this machine. */
    static NatTable ofThisNode() {
        return new NatTable(NatTable::run);
    }

    private static Ended run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        return new Ended(process.waitFor() == 0, said);
    }

    /**
     * The chain or rule of somebody else that leads the metadata service of pods elsewhere, as the end of a sentence;
     * empty if there is none.
     *
     * @throws NodeException if the table cannot be read
     */
    Optional<String> foreignRule() throws NodeException {
        for (String program : PROGRAMS) {
            Optional<String> found = rules(program)
                    .lines()
                    .flatMap(line -> foreign(line).stream())
                    .findFirst();
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private String rules(String program) throws NodeException {
        try {
            Ended list = call(List.of(program, "-w", "-t", "nat", "-S"));
            if (list.done()) {
                return list.said();
            }
            if (program.equals(PROGRAMS.get(0))) {
                throw new NodeException(program + " cannot read the node's nat table: " + list.said());
            }
        } catch (IOException noSuchProgram) {
            if (program.equals(PROGRAMS.get(0))) {
                throw new NodeException(program + " cannot be run: " + noSuchProgram.getMessage());
            }
        }
        return "";
    }

    private static Optional<String> foreign(String line) {
        if (line.equals("-N " + CHAIN_OF_NMI)) {
            return Optional.of("chain " + CHAIN_OF_NMI + ", which is aad-pod-identity's NMI's");
        }
        Matcher rule = RULE.matcher(line);
        if (!rule.matches() || rule.group(1).equals(CHAIN) || rule.group(1).equals(OUTPUT)) {
            return Optional.empty();
        }
        return leadsMetadataElsewhere(line) ? Optional.of("the rule \"" + line + "\"") : Optional.empty();
    }

    private static boolean leadsMetadataElsewhere(String rule) {
        Matcher destination = DESTINATION.matcher(rule);
        return destination.find()
                && (rule.contains("-j DNAT") || rule.contains("-j REDIRECT"))
                && containsMetadata(destination);
    }

    private static boolean containsMetadata(Matcher destination) {
        int length = destination.group(5) == null ? 32 : Integer.parseInt(destination.group(5));
        long mask = length == 0 ? 0 : -1L << (32 - length);
        long network =
                bits(number(destination, 1), number(destination, 2), number(destination, 3), number(destination, 4));
        return (network & mask) == (METADATA & mask);
    }

    private static int number(Matcher parts, int group) {
        return Integer.parseInt(parts.group(group));
    }

    private static long bits(int first, int second, int third, int fourth) {
        return (long) first << 24 | (long) second << 16 | (long) third << 8 | fourth;
    }

    /** Whether podid's rule is there. */
    boolean hasRule() throws NodeException {
        return refusal("-C " + JUMP).isEmpty();
    }

    /**
     * Writes podid's rule, in place of one that an earlier process has left.
     *
     * @param target to which address and port what pods ask the metadata service is led
     * @throws NodeException if iptables refuses it; a part of the rule may be there then
     */
    void writeRule(String target) throws NodeException {
        removeRule();
        for (String command : List.of(
                "-N " + CHAIN,
                "-A " + CHAIN + " ! -s 127.0.0.1/32 -d 169.254.169.254/32 -p tcp -m tcp --dport 80 -j DNAT"
                        + " --to-destination " + target,
                "-A " + CHAIN + " -j RETURN",
                "-I " + JUMP)) {
            Optional<String> refusal = refusal(command);
            if (refusal.isPresent()) {
                throw new NodeException(
                        "iptables refuses the rule for the metadata service: " + command + ": " + refusal.get());
            }
        }
    }

    /** Removes podid's rule and chain; what is not there is removed already. */
    void removeRule() throws NodeException {
        while (refusal("-D " + JUMP).isEmpty()) {
            // It may be there more than once.
        }
        refusal("-F " + CHAIN);
        refusal("-X " + CHAIN);
    }

    /** What iptables says against a command for the nat table; empty if it has done it. */
    private Optional<String> refusal(String command) throws NodeException {
        var line = new ArrayList<>(List.of(PROGRAMS.get(0), "-w", "-t", "nat"));
        line.addAll(List.of(command.split(" ")));
        try {
            Ended ended = call(line);
            return ended.done() ? Optional.empty() : Optional.of(ended.said());
        } catch (IOException noSuchProgram) {
            throw new NodeException("iptables cannot be run: " + noSuchProgram.getMessage());
        }
    }

    private Ended call(List<String> command) throws IOException {
        try {
            return iptables.run(command);
        } catch (InterruptedException end) {
            Thread.currentThread().interrupt();
            return new Ended(false, "interrupted");
        }
    }
}
