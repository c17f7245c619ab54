// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check.rule;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a rule says of itself; reports, {@code docs/checks.md}, and the words of other commands are made of it.
 * Immutable.
 *
 * @param id the number of the rule's group, such as {@code C3}
 * @param rule the rule's name, such as {@code label-empty}
 * @param severity of the rule's findings, unless one is less bad
 * @param line what is wrong, in one sentence without a full stop
 * @param remedy what to do, in general, without a full stop
 * @param prevents issues of other projects that the rule would have prevented, as {@code owner/repository#number}
 * @param explains the symptoms of a pod that the rule's findings are the reason for
 * @param needs what must be seen of a cluster to believe the rule's findings
 */
public record About(
        String id,
        String rule,
        Severity severity,
        String line,
        String remedy,
        List<String> prevents,
        Set<Symptom> explains,
        Set<Sight> needs) {

    private static final String DOCUMENT =
            "https://github.com/pod-identity/pod-identity-java/blob/main/docs/checks.md#";

    /** A rule that does not say anything yet; issues without an owner are of Azure's repositories. */
    public static About of(Severity severity, String id, String rule, String... issues) {
        List<String> all = Stream.of(issues)
                .map(issue -> issue.contains("/") ? issue : "Azure/" + issue)
                .toList();
        return new About(id, rule, severity, "", "", all, Set.of(), Set.of());
    }

    About withLine(String other) {
        return new About(id, rule, severity, other, remedy, prevents, explains, needs);
    }

    About withRemedy(String other) {
        return new About(id, rule, severity, line, other, prevents, explains, needs);
    }

    About withSymptoms(Symptom... symptoms) {
        return new About(id, rule, severity, line, remedy, prevents, Set.of(symptoms), needs);
    }

    About withNeeds(Sight... sights) {
        return new About(id, rule, severity, line, remedy, prevents, explains, Set.of(sights));
    }

    /** The address of the rule's own section of the documents. */
    public String link() {
        return DOCUMENT + rule;
    }

    /** Whether a user means the rule by that word: by its name, or by the number of its group. */
    public boolean isNamed(String word) {
        return word.equals(id) || word.equals(rule);
    }
}
