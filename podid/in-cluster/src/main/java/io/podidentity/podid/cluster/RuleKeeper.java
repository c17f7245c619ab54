// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.cluster;

import io.podidentity.podid.cluster.PodidLink.Answer;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Decides whether podid's rule may be in the node's nat table. It is there only while podid, which has looked at the
 * whole cluster, accepts this node, and while nobody else leads the metadata service of pods elsewhere.
 *
 * <p>Thread-safety: safe. Lifecycle: {@link #look} again and again, then {@link #giveBack}.
 */
final class RuleKeeper {

    /** podid may start again meanwhile; pods are refused until it has. */
    static final Duration SILENCE = Duration.ofMinutes(1);

    /** The port that pods are led to. */
    interface Port {

        /** Opens it, unless it is open. */
        void open() throws IOException;

        /** Closes it, and its connections. */
        void close();

        /** Its address and port. */
        String target();
    }

    private final NatTable nat;
    private final Port port;
    private final Supplier<Answer> podid;
    private final BooleanSupplier azureAnswers;
    private final Clock clock;
    private final Consumer<String> log;

    // @GuardedBy("this")
    private String said = "";

    // @GuardedBy("this"), empty while the rule is not there
    private Optional<Instant> lastAccepted = Optional.empty();

    // @GuardedBy("this")
    private boolean ended;

    private volatile Instant lastLook;

    /**
     * @param podid asks podid whether it has accepted this node
     * @param azureAnswers whether the metadata service of Azure answers this node
     */
    RuleKeeper(
            NatTable nat,
            Port port,
            Supplier<Answer> podid,
            BooleanSupplier azureAnswers,
            Clock clock,
            Consumer<String> log) {
        this.nat = nat;
        this.port = port;
        this.podid = podid;
        this.azureAnswers = azureAnswers;
        this.clock = clock;
        this.log = log;
        this.lastLook = clock.instant();
    }

    /** Writes the rule if it may be there, removes it if it may not, and logs why when that changes. */
    synchronized void look() {
        lastLook = clock.instant();
        if (ended) {
            return;
        }
        try {
            Optional<String> obstacle = obstacle();
            if (obstacle.isPresent()) {
                remove();
                say(obstacle.get());
            } else {
                write();
                say("what pods ask 169.254.169.254 is led to podid");
            }
        } catch (NodeException e) {
            say(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            say("cannot listen on " + port.target() + ", so the node's nat table stays as it is: " + e.getMessage());
        }
    }

    /** Whether somebody looks again and again. */
    boolean isLookedAfter() {
        return clock.instant().isBefore(lastLook.plus(SILENCE));
    }

    /** Whether pods are led to podid. */
    synchronized boolean isThere() {
        return lastAccepted.isPresent();
    }

    private Optional<String> obstacle() throws NodeException {
        Optional<String> foreign = nat.foreignRule();
        if (foreign.isPresent()) {
            return Optional.of("NMI's rule is not written on this node, whose nat table has " + foreign.get()
                    + ". Remove what has written that, or use k8s/emulated-azure, which has workload identity alone.");
        }
        Instant now = clock.instant();
        Answer answer = podid.get();
        if (answer instanceof Answer.Refused refused) {
            return Optional.of("NMI's rule is not written: podid refuses this node: " + refused.reason());
        }
        if (answer instanceof Answer.Silent silent && !isSilentForAMoment(now)) {
            return Optional.of("NMI's rule is not written until podid serves, which says in its own log why if it does"
                    + " not: " + silent.reason());
        }
        if (lastAccepted.isEmpty() && azureAnswers.getAsBoolean()) {
            return Optional.of("NMI's rule is not written: Azure's metadata service answers this node, and pods would"
                    + " lose it. Add --allow-azure to write it anyway.");
        }
        if (answer instanceof Answer.Accepted) {
            lastAccepted = lastAccepted.map(before -> now);
        }
        return Optional.empty();
    }

    private boolean isSilentForAMoment(Instant now) {
        return lastAccepted
                .filter(accepted -> accepted.plus(SILENCE).isAfter(now))
                .isPresent();
    }

    private void write() throws NodeException, IOException {
        port.open();
        if (lastAccepted.isEmpty() || !nat.hasRule()) {
            nat.writeRule(port.target());
            lastAccepted = Optional.of(clock.instant());
        }
    }

    private void remove() throws NodeException {
        if (lastAccepted.isPresent()) {
            lastAccepted = Optional.empty();
            nat.removeRule();
        }
        port.close();
    }

    private void say(String text) {
        if (!text.equals(said)) {
            said = text;
            log.accept(text);
        }
    }

    /** Removes the rule, and writes it never again. */
    synchronized void giveBack() {
        ended = true;
        try {
            remove();
        } catch (NodeException e) {
            say(String.valueOf(e.getMessage()));
        }
    }
}
