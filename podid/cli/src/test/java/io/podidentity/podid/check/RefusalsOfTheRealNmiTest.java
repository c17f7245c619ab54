// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.json.Json;
import io.podidentity.emulator.manifest.ManifestReader;
import io.podidentity.emulator.match.MatchRules;
import io.podidentity.podid.check.azure.AzureFacts;
import io.podidentity.podid.check.rule.AllRules;
import io.podidentity.podid.check.rule.RuleContext;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What the real NMI answered to pods whose applications are wrong in many ways. */
class RefusalsOfTheRealNmiTest {

    private static final Path CASES =
            Path.of("..", "..", "pod-identity", "emulator", "src", "test", "resources", "cases");

    /** A token, though the real Entra ID has no such client, and the real IMDS no such identity. */
    private static final Set<String> ONLY_HERE = Set.of("cidbad", "rid0", "tspace");

    @Test
    void check_ofEachPodThatTheRealNmiRefused_findsTheError() throws Exception {
        Set<String> found = found();
        var refused = new TreeSet<String>();
        var answered = new TreeSet<String>();
        for (Map<?, ?> test : recorded()) {
            String pod = test.get("pod").toString().substring("default/".length());
            (test.get("status").toString().contains(" 200 ") ? answered : refused).add(pod);
        }

        // IMDS was out of order for this one.
        refused.remove("cidsp0");
        assertThat(found).containsAll(refused);
        answered.removeAll(ONLY_HERE);
        answered.retainAll(found);
        assertThat(answered).as("pods that the real NMI gave a token").isEmpty();
    }

    /** The pods at whose identity or secret there is an error; all three have one name. */
    private static Set<String> found() {
        Path file = CASES.resolve("real/applications.yaml");
        var manifests =
                new ManifestReader(Profile.V1_8_17).read(List.of(file.toString()), InputStream.nullInputStream());
        var context = new RuleContext(manifests, MatchRules.of(Profile.V1_8_17), AzureFacts.NONE);
        return AllRules.check(context).stream()
                .filter(finding -> finding.severity().id().equals("error"))
                .map(finding -> finding.object()
                        .name()
                        .name()
                        .replaceFirst("^(id|s)-", "")
                        .replace("type-1", "typem"))
                .collect(Collectors.toSet());
    }

    private static List<? extends Map<?, ?>> recorded() throws Exception {
        return Json.array(Files.readString(CASES.resolve("real-nmi.json"))).stream()
                .map(group -> (Map<?, ?>) group)
                .filter(group -> "applications".equals(group.get("manifests")))
                .flatMap(group -> ((List<?>) group.get("cases")).stream())
                .map(test -> (Map<?, ?>) test)
                .toList();
    }
}
