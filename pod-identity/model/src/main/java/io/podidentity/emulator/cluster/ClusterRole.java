// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.cluster;

import java.util.List;

/**
 * What service accounts can be allowed in the whole cluster.
 *
 * @since 0.1.0
 */
public record ClusterRole(Metadata metadata, List<Rule> rules) implements KubernetesObject {

    private static final String ANY = "*";

    /** What a rule allows; a star stands for everything. */
    public record Rule(List<String> verbs, List<String> apiGroups, List<String> resources) {

        private boolean allows(String verb, String apiGroup, String resource) {
            return has(verbs, verb) && has(apiGroups, apiGroup) && has(resources, resource);
        }

        private static boolean has(List<String> allowed, String wanted) {
            return allowed.contains(ANY) || allowed.contains(wanted);
        }
    }

    public ClusterRole {
        rules = List.copyOf(rules);
    }

    public boolean allows(String verb, String apiGroup, String resource) {
        return rules.stream().anyMatch(rule -> rule.allows(verb, apiGroup, resource));
    }
}
