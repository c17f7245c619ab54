// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.explain;

import java.util.List;

/**
 * A station that a pod's token request reaches, and what is so there. Immutable.
 *
 * @param facts what is so, each with its place; for an end, the reason why the request goes no farther
 * @param isEnd whether the request goes no farther
 */
public record Step(Station station, List<String> facts, boolean isEnd) {

    static Step passed(Station station, List<String> facts) {
        return new Step(station, facts, false);
    }

    static Step passed(Station station, String fact) {
        return passed(station, List.of(fact));
    }

    static Step end(Station station, String reason) {
        return new Step(station, List.of(reason), true);
    }

    /** The station's name as reports show it. */
    public String name() {
        return station.text();
    }
}
