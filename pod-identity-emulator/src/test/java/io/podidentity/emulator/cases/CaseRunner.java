package io.podidentity.emulator.cases;

import java.util.Map;
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

    /** How the cases of each component are run. */
    public abstract Map<String, Check> checks();

    @TestFactory
    Stream<DynamicTest> component_inEachCase_doesWhatIsExpected() {
        Map<String, Check> checks = checks();
        return Cases.all().stream()
                .filter(test -> checks.containsKey(test.component()))
                .map(test -> DynamicTest.dynamicTest(
                        test.toString(), () -> checks.get(test.component()).run(test)));
    }
}
