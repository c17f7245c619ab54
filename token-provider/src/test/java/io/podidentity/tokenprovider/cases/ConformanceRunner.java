// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.cases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Runs all conformance cases of the kinds that its annotation {@link Runs} names. */
public abstract class ConformanceRunner {
    private final Runs runs = getClass().getAnnotation(Runs.class);
    private final List<ConformanceDeviation> deviations = runs.file().deviations();

    /** Asserts that we do what the case expects, reading all that it gives. */
    public abstract void run(ConformanceCase row) throws Exception;

    /** The cases of the folder that is given, or else our own. */
    @TestFactory
    public Stream<DynamicTest> cases() {
        return tests(runs.file().cases()).map(test -> DynamicTest.dynamicTest(test.row.toString(), test::verify));
    }

    /** Our own cases with another value in place of one that is expected: a runner that passes does not look at it. */
    @TestFactory
    public Stream<DynamicTest> changedExpectations() {
        return tests(runs.file().ownCases())
                .map(test -> DynamicTest.dynamicTest("changed " + test.row, test::verifyThatEachChangeIsNoticed));
    }

    private ConformanceDeviation deviationFrom(ConformanceCase row) {
        return deviations.stream()
                .filter(deviation -> !deviation.isOfWholeKind() && deviation.concerns(row))
                .findFirst()
                .orElse(null);
    }

    private Stream<Test> tests(List<ConformanceCase> rows) {
        return rows.stream()
                .flatMap(row -> Arrays.stream(runs.value())
                        .filter(kind -> kind.name().equals(row.kind()))
                        .map(kind -> new Test(row, kind)));
    }

    private final class Test {
        final ConformanceCase row;
        private final Kind kind;

        Test(ConformanceCase row, Kind kind) {
            this.row = row;
            this.kind = kind;
        }

        /** As it stands; or as a deviation says, which must not be stated where none is needed. */
        void verify() throws Exception {
            ConformanceDeviation deviation = deviationFrom(row);
            if (deviation == null) {
                play(read(row));
                return;
            }
            ConformanceCase asItStands = read(row);
            assertThatThrownBy(() -> play(asItStands))
                    .as("There is no deviation from '%s', but one is stated", row)
                    .isNotNull();
            play(read(deviation.appliedTo(row)));
        }

        /** Runs it; a runner that stumbles over it says so. */
        private void play(ConformanceCase readable) throws Exception {
            try {
                ConformanceRunner.this.run(readable);
            } catch (UnreadableCase e) {
                throw new UnreadableCase("'" + row + "', given or expected: " + e.getMessage(), e);
            } catch (RuntimeException e) {
                StackTraceElement where = e.getStackTrace().length == 0 ? null : e.getStackTrace()[0];
                throw new UnreadableCase(
                        "'" + row + "' is nothing that the runner can play: " + e + " at " + where + ". It was given "
                                + readable.given() + " and expects " + readable.expected(),
                        e);
            }
        }

        void verifyThatEachChangeIsNoticed() {
            ConformanceDeviation deviation = deviationFrom(row);
            ConformanceCase own = read(deviation == null ? row : deviation.appliedTo(row));
            List<String> unnoticed = new ArrayList<>();
            for (ChangedExpectation change : ChangedExpectation.all(
                    CaseShape.of(kind.expected()), own.expected(), Arrays.asList(kind.notes()))) {
                if (change.values().stream().allMatch(changed -> passes(own.expecting(changed)))) {
                    unnoticed.add(change.what());
                }
            }
            assertThat(unnoticed)
                    .as("what '%s' expects without being looked at", row)
                    .isEmpty();
        }

        private boolean passes(ConformanceCase changed) {
            try {
                run(changed);
                return true;
            } catch (Throwable noticed) {
                return false;
            }
        }

        private ConformanceCase read(ConformanceCase row) {
            return new ConformanceCase(
                    row.kind(),
                    row.name(),
                    CaseShape.of(kind.given()).read("'" + row + "', given", row.given()),
                    CaseShape.of(kind.expected()).read("'" + row + "', expected", row.expected()),
                    row.deviates());
        }
    }
}
