package io.podidentity.tokenprovider;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** No case is left out in silence. */
class ConformanceCoverageTest {

    @ParameterizedTest
    @EnumSource
    void kind_ofAnyCase_hasARunnerOrAReason(ConformanceFile file) {
        Set<String> without =
                file.cases().stream().map(ConformanceCase::kind).collect(Collectors.toCollection(TreeSet::new));
        without.removeAll(kindsWithRunner(file));
        file.deviations().stream()
                .filter(deviation -> deviation.name() == null && deviation.match() == null)
                .map(ConformanceDeviation::kind)
                .forEach(without::remove);
        assertThat(without)
                .as("kinds of " + file.fileName + " with neither runner nor reason")
                .isEmpty();
    }

    private static Set<String> kindsWithRunner(ConformanceFile file) {
        Set<String> kinds = new TreeSet<>();
        for (String name : Objects.requireNonNull(testClasses().list())) {
            if (name.endsWith("CasesTest.class")) {
                Runs runs = runs(name.substring(0, name.length() - ".class".length()));
                if (runs.file() == file) {
                    kinds.addAll(List.of(runs.kinds()));
                }
            }
        }
        return kinds;
    }

    private static Runs runs(String simpleName) {
        try {
            String name = ConformanceRunner.class.getPackageName() + "." + simpleName;
            return Class.forName(name).getAnnotation(Runs.class);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    private static File testClasses() {
        try {
            return new File(Objects.requireNonNull(ConformanceRunner.class.getResource("ConformanceRunner.class"))
                            .toURI())
                    .getParentFile();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @EnumSource
    void deviation_ofAnyCase_hasThatCaseAndAReason(ConformanceFile file) {
        List<ConformanceCase> own = file.ownCases();
        for (ConformanceDeviation deviation : file.deviations()) {
            assertThat(deviation.reason()).as(deviation.kind()).isNotBlank();
            assertThat(own).as(deviation.toString()).anyMatch(deviation::concerns);
        }
    }
}
