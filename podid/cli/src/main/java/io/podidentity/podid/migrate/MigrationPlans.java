// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate;

import java.util.List;

/**
 * The plans of all clusters. Immutable.
 *
 * @param byRoot the plans of each root of the input, in the order of the roots
 */
record MigrationPlans(List<List<MovePlan>> byRoot) {

    List<MovePlan> all() {
        return byRoot.stream().flatMap(List::stream).toList();
    }

    /** Which of several environments a plan is for, such as " (overlays/prod)"; empty if there is only one. */
    String describePlace(MovePlan plan) {
        return all().size() > 1 ? " (" + plan.environment() + ")" : "";
    }
}
