// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.cases;

import java.util.Map;

/**
 * A case from which we differ on purpose.
 *
 * @param test the very case, as it stands
 * @param reason why we differ
 * @param instead the case with what we do
 */
record Deviation(Case test, String reason, Case instead) {

    static Deviation of(Map<String, Object> json) {
        Case test = Case.of(json);
        var instead =
                new Case(test.component(), test.name(), test.given(), Case.object(json.get("instead")), test.origin());
        return new Deviation(test, String.valueOf(json.get("reason")), instead);
    }

    boolean concerns(Case other) {
        return test.component().equals(other.component())
                && test.name().equals(other.name())
                && test.given().equals(other.given())
                && test.expected().equals(other.expected());
    }
}
