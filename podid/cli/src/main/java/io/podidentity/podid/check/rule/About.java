// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check.rule;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a rule says of itself; reports, {@code docs/checks.md}, and the words of other commands are made of it.
 *
 * @param id the number of its group, such as {@code C3}
 * @param severity of its findings, unless one is less bad
 * @param line what is wrong, in one sentence without a full stop
 * @param remedy what to do, in general, without a full stop
 * @param prevents issues of others that it would have prevented, as {@code owner/repository#number}
 * @param explains what its findings are the reason of
 * @param needs what must be seen of a cluster to believe its findings
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

    /** One that does not say anything yet, with issues of repositories that are Azure's if no owner is named. */
    public static About of(Severity severity, String id, String rule, String... issues) {
        List<String> all = Stream.of(issues)
                .map(issue -> issue.contains("/") ? issue : "Azure/" + issue)
                .toList();
        return new About(id, rule, severity, "", "", all, Set.of(), Set.of());
    }

    public About says(String what) {
        return new About(id, rule, severity, what, remedy, prevents, explains, needs);
    }

    public About remedy(String what) {
        return new About(id, rule, severity, line, what, prevents, explains, needs);
    }

    public About explains(Symptom... symptoms) {
        return new About(id, rule, severity, line, remedy, prevents, Set.of(symptoms), needs);
    }

    public About needs(Sight... sights) {
        return new About(id, rule, severity, line, remedy, prevents, explains, Set.of(sights));
    }

    public String link() {
        return DOCUMENT + rule;
    }

    public boolean isNamed(String word) {
        return word.equals(id) || word.equals(rule);
    }
}
