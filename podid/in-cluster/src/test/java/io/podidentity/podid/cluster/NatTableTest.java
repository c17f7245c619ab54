// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.podidentity.podid.cluster.NatTable.Ended;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NatTableTest {

    /** Of a node without kube-proxy, printed by iptables 1.8.11, where the real NMI 1.8.17 runs. */
    private static final String WITH_NMI = """
            -P PREROUTING ACCEPT
            -P INPUT ACCEPT
            -P OUTPUT ACCEPT
            -P POSTROUTING ACCEPT
            -N aad-metadata
            -A PREROUTING -j aad-metadata
            -A aad-metadata ! -s 127.0.0.1/32 -d 169.254.169.254/32 -p tcp -m tcp --dport 80 -j DNAT --to-destination 127.0.0.1:2579
            -A aad-metadata -j RETURN
            """;

    private static final String OF_PODID = """
            -P PREROUTING ACCEPT
            -N podid-metadata
            -A PREROUTING -j podid-metadata
            -A podid-metadata ! -s 127.0.0.1/32 -d 169.254.169.254/32 -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.77.0.1:2579
            -A podid-metadata -j RETURN
            """;

    private final Map<String, String> tables = new HashMap<>(Map.of("iptables", ""));
    private final List<String> changes = new ArrayList<>();
    private final NatTable nat = new NatTable(this::iptables);

    /** As iptables does it on a node where podid's rule is not there. */
    private Ended iptables(List<String> command) throws IOException {
        String table = tables.get(command.get(0));
        if (table == null) {
            throw new IOException("No such file or directory");
        }
        assertThat(command.subList(1, 4)).containsExactly("-w", "-t", "nat");
        String asked = String.join(" ", command.subList(4, command.size()));
        if (asked.equals("-S")) {
            return new Ended(!table.startsWith("iptables:"), table);
        }
        changes.add(asked);
        boolean looksForWhatIsNotThere = asked.startsWith("-D") || asked.startsWith("-C");
        return new Ended(!looksForWhatIsNotThere, "");
    }

    @Test
    void foreignRule_whereTheRealNmiRuns_namesItsChain() throws Exception {
        tables.put("iptables", WITH_NMI);

        assertThat(nat.foreignRule()).contains("chain aad-metadata, which is aad-pod-identity's NMI's");
        assertThat(changes).isEmpty();
    }

    @Test
    void foreignRule_inTheTableOfTheOtherIptables_isFound() throws Exception {
        tables.put("iptables-legacy", WITH_NMI);

        assertThat(nat.foreignRule()).isPresent();
    }

    @Test
    void foreignRule_onANodeWithPodidsOwn_isNone() throws Exception {
        tables.put("iptables", OF_PODID);

        assertThat(nat.foreignRule()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-A PREROUTING -d 169.254.169.254/32 -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.0.0.1:8181",
                "-A PREROUTING -d 169.254.169.254/32 -i cali+ -p tcp -m tcp --dport 80 -j REDIRECT --to-ports 8181",
                "-A kiam -d 169.254.0.0/16 -p tcp -j DNAT --to-destination 10.0.0.1:8181"
            })
    void foreignRule_ofAnotherProgramForTheMetadataService_isNamedWhole(String rule) throws Exception {
        tables.put("iptables", "-P PREROUTING ACCEPT\n" + rule);

        assertThat(nat.foreignRule()).contains("the rule \"" + rule + "\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-A KUBE-SVC-X ! -s 10.244.0.0/16 -d 10.96.0.1/32 -p tcp -m tcp --dport 443 -j KUBE-MARK-MASQ",
                "-A KUBE-SEP-X -p tcp -m tcp -j DNAT --to-destination 169.254.169.254:80",
                "-A SERVICES ! -d 169.254.169.254/32 -j DNAT --to-destination 10.0.0.1:80",
                "-A POSTROUTING -d 169.254.169.254/32 -j MASQUERADE",
                "-A OUTPUT -d 169.254.169.254/32 -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.0.0.1:80"
            })
    void foreignRule_thatLeadsNoPodsRequestElsewhere_isNone(String rule) throws Exception {
        tables.put("iptables", rule);

        assertThat(nat.foreignRule()).isEmpty();
    }

    @Test
    void foreignRule_whereTheTableCannotBeRead_saysWhy() {
        tables.put("iptables", "iptables: Permission denied (you must be root).");
        assertThatThrownBy(nat::foreignRule)
                .isInstanceOf(NodeException.class)
                .hasMessageContaining("Permission denied (you must be root).");

        tables.clear();
        assertThatThrownBy(nat::foreignRule).isInstanceOf(NodeException.class).hasMessageContaining("cannot be run");
    }

    @Test
    void writeRule_changesPodidsOwnChainAlone() throws Exception {
        nat.writeRule("10.77.0.1:2579");

        assertThat(changes)
                .containsExactly(
                        "-D PREROUTING -j podid-metadata",
                        "-F podid-metadata",
                        "-X podid-metadata",
                        "-N podid-metadata",
                        "-A podid-metadata ! -s 127.0.0.1/32 -d 169.254.169.254/32 -p tcp -m tcp --dport 80 -j DNAT"
                                + " --to-destination 10.77.0.1:2579",
                        "-A podid-metadata -j RETURN",
                        "-I PREROUTING -j podid-metadata");
    }
}
