package io.podidentity.tokenprovider.cases;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.List;
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
        for (JavaClass runner : new ClassFileImporter().importPackages("io.podidentity.tokenprovider")) {
            if (runner.getSimpleName().endsWith("CasesTest")) {
                Runs runs = runner.getAnnotationOfType(Runs.class);
                if (runs.file() == file) {
                    kinds.addAll(List.of(runs.kinds()));
                }
            }
        }
        return kinds;
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
