// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.explain;

import java.util.List;

/**
 * A station on a pod's way to a token.
 *
 * @param facts what is so there, each with its place
 */
public record Step(String name, List<String> facts, boolean isEnd) {

    static final String MIC = "MIC";
    static final String NMI = "NMI";

    static Step passed(String name, List<String> facts) {
        return new Step(name, facts, false);
    }

    static Step passed(String name, String fact) {
        return passed(name, List.of(fact));
    }

    static Step end(String name, String fact) {
        return new Step(name, List.of(fact), true);
    }
}
