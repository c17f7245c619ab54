// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.cases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Runs all cases of some components. Its subclasses have a public constructor, and names that end in CasesTest. */
public abstract class CaseRunner {

    /** Runs one case; throws if it is not met. */
    @FunctionalInterface
    public interface Check {

        void run(Case test) throws Exception;
    }

    /** How the cases of each component are read and run. */
    public abstract Map<String, Reading> readings();

    @TestFactory
    Stream<DynamicTest> component_inEachCase_doesWhatIsExpected() {
        return tests(Cases.all(), this::verify, "");
    }

    /** A runner that passes with another value in place of one that is expected does not look at it. */
    @TestFactory
    Stream<DynamicTest> component_withAnotherExpectation_doesNotMeetIt() {
        return tests(
                Cases.own(),
                test -> {
                    Case stated = Cases.deviation(test).map(Deviation::instead).orElse(test);
                    assertThat(reading(test).unnoticed(stated))
                            .as("what '%s' expects without being looked at", test)
                            .isEmpty();
                },
                "changed ");
    }

    private Stream<DynamicTest> tests(List<Case> cases, Check check, String prefix) {
        Map<String, Reading> readings = readings();
        return cases.stream()
                .filter(test -> readings.containsKey(test.component()))
                .map(test -> DynamicTest.dynamicTest(prefix + test, () -> check.run(test)));
    }

    private Reading reading(Case test) {
        return Objects.requireNonNull(readings().get(test.component()));
    }

    /** As it stands; or as a deviation says, which must not be stated where none is needed. */
    private void verify(Case test) throws Exception {
        Optional<Deviation> deviation = Cases.deviation(test);
        if (deviation.isPresent()) {
            assertThatThrownBy(() -> play(test))
                    .as("There is no deviation from '%s', but one is stated", test)
                    .isNotNull();
            play(deviation.get().instead());
        } else {
            play(test);
        }
    }

    /** Runs it; a runner that stumbles over it says so. */
    private void play(Case test) throws Exception {
        try {
            reading(test).run(test);
        } catch (RuntimeException e) {
            StackTraceElement[] trace = e.getStackTrace();
            throw new AssertionError(
                    "'" + test + "' is nothing that the runner can play: " + e
                            + (trace.length == 0 ? "" : " at " + trace[0]) + ". It was given " + test.given()
                            + " and expects " + test.expected(),
                    e);
        }
    }
}
