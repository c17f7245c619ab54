package io.podidentity.tokenprovider.cases;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Runs all conformance cases of the kinds that its annotation {@link Runs} names. */
public abstract class ConformanceRunner {

    /** Asserts that we do what the case expects, reading all that it gives. */
    public abstract void run(ConformanceCase row) throws Exception;

    @TestFactory
    public Stream<DynamicTest> cases() {
        Runs runs = getClass().getAnnotation(Runs.class);
        Set<String> kinds = Set.copyOf(List.of(runs.kinds()));
        return runs.file().cases().stream()
                .filter(row -> kinds.contains(row.kind()))
                .map(row -> DynamicTest.dynamicTest(row.kind() + ": " + row.name(), () -> run(row)));
    }
}
