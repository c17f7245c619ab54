// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.cases;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Asks what real programs were asked, and compares the answers. Subclasses have names that end in CasesTest. */
public abstract class RecordedCases {

    private final String component;

    protected RecordedCases(String component) {
        this.component = component;
    }

    /** What we answer, with what differs from run to run masked. */
    protected abstract RawAnswer answer(Recorded test) throws IOException, InterruptedException;

    @TestFactory
    Stream<DynamicTest> answer_toEachRecordedRequest_isThatOfTheRealProgram() {
        return Recorded.of(component).stream()
                .map(test -> DynamicTest.dynamicTest(test.toString(), () -> verify(test)));
    }

    private void verify(Recorded test) throws IOException, InterruptedException {
        RawAnswer answer = answer(test);
        if (test.exception() != null) {
            assertThat(Recorded.reasons()).contains(test.exception().reason());
        }
        if (!test.isComparable()) {
            return;
        }
        if (test.exception() != null && !test.exception().instead().keySet().equals(Set.of("wait"))) {
            assertThat(test.recorded().differences(answer))
                    .as("what differs from the real answer, of which an exception says that it does")
                    .isNotEmpty();
        }
        List<String> differences = test.ours().differences(answer);
        assertThat(differences).as(String.join("\n", differences)).isEmpty();
    }
}
