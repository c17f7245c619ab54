// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.podid.cluster.NatTable.Ended;
import io.podidentity.podid.cluster.PodidLink.Answer;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A node whose nat table, podid and clock are the test's. */
class RuleKeeperTest {

    private final Node node = new Node();
    private final RuleKeeper keeper =
            new RuleKeeper(new NatTable(node), node, () -> node.podid, () -> node.isAzures, node, node.log::add);

    private static final class Node extends Clock implements NatTable.Iptables, RuleKeeper.Port {

        private final List<String> log = new ArrayList<>();
        private String others = "-P PREROUTING ACCEPT";
        private Answer podid = new Answer.Accepted();
        private Instant now = Instant.EPOCH;
        private boolean isAzures;
        private boolean hasRule;
        private boolean isOpen;
        private Optional<String> portRefusal = Optional.empty();

        @Override
        public Ended run(List<String> command) throws IOException {
            if (!command.get(0).equals("iptables")) {
                throw new IOException("No such file or directory");
            }
            return switch (command.get(4)) {
                case "-S" -> new Ended(true, others);
                case "-C" -> new Ended(hasRule, "");
                case "-I" -> {
                    hasRule = true;
                    yield new Ended(true, "");
                }
                case "-D" -> {
                    boolean wasThere = hasRule;
                    hasRule = false;
                    yield new Ended(wasThere, "");
                }
                default -> new Ended(true, "");
            };
        }

        @Override
        public void open() throws IOException {
            if (portRefusal.isPresent()) {
                throw new IOException(portRefusal.get());
            }
            isOpen = true;
        }

        @Override
        public void close() {
            isOpen = false;
        }

        @Override
        public String target() {
            return "10.77.0.1:2579";
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    private void assertNothingIsChanged(String... reason) {
        keeper.look();
        assertThat(node.hasRule).isFalse();
        assertThat(node.isOpen).isFalse();
        assertThat(keeper.isThere()).isFalse();
        assertThat(String.join("\n", node.log)).contains(reason);
    }

    @Test
    void look_whenPodidAcceptsTheNode_writesTheRuleOnce() {
        keeper.look();
        keeper.look();

        assertThat(node.hasRule).isTrue();
        assertThat(node.isOpen).isTrue();
        assertThat(keeper.isThere()).isTrue();
        assertThat(node.log).containsExactly("what pods ask 169.254.169.254 is led to podid");
    }

    @Test
    void look_besideAnotherNmi_changesNothingAndNamesItsChain() {
        node.others = "-N aad-metadata";

        assertNothingIsChanged("chain aad-metadata", "k8s/emulated-azure");
    }

    @Test
    void look_whilePodidDoesNotServe_changesNothing() {
        node.podid = new Answer.Silent("Connection refused");

        assertNothingIsChanged("until podid serves", "Connection refused");
    }

    @Test
    void look_whenPodidRefusesTheNode_changesNothing() {
        node.podid = new Answer.Refused("NO another cluster");

        assertNothingIsChanged("podid refuses this node: NO another cluster");
    }

    @Test
    void look_onAMachineOfAzure_changesNothing() {
        node.isAzures = true;

        assertNothingIsChanged("Azure's metadata service answers this node", "--allow-azure");
    }

    @Test
    void look_whereThePortIsTaken_writesNoRule() {
        node.portRefusal = Optional.of("Address already in use");

        assertNothingIsChanged("cannot listen on 10.77.0.1:2579", "Address already in use");
    }

    @Test
    void look_whenAnotherNmiComesLater_takesTheRuleAway() {
        keeper.look();
        node.others = "-N aad-metadata";

        assertNothingIsChanged("chain aad-metadata");
    }

    @Test
    void look_whenSomebodyHasRemovedTheRule_writesItAgain() {
        keeper.look();
        node.hasRule = false;

        keeper.look();

        assertThat(node.hasRule).isTrue();
    }

    @Test
    void look_whilePodidStartsAgain_keepsTheRuleForAMinute() {
        keeper.look();
        node.podid = new Answer.Silent("Connection refused");

        node.now = Instant.EPOCH.plus(RuleKeeper.SILENCE).minusSeconds(1);
        keeper.look();
        assertThat(node.hasRule).isTrue();

        node.now = Instant.EPOCH.plus(RuleKeeper.SILENCE);
        assertNothingIsChanged("until podid serves");

        node.podid = new Answer.Accepted();
        keeper.look();
        assertThat(node.hasRule).isTrue();
    }

    @Test
    void giveBack_removesTheRuleForGood() {
        keeper.look();

        keeper.giveBack();
        keeper.look();

        assertThat(node.hasRule).isFalse();
        assertThat(node.isOpen).isFalse();
    }
}
