// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.cases;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** No case is left out in silence. */
class ConformanceCoverageCasesTest {
    private static final JavaClasses RUNNERS = new ClassFileImporter()
            .withImportOption(location -> location.contains("CasesTest"))
            .importPackages("io.podidentity.tokenprovider");

    @ParameterizedTest
    @EnumSource
    void kind_ofAnyCase_hasARunnerOrAReason(ConformanceFile file) {
        Set<String> known = kindsWithRunner(file);
        file.deviations().stream()
                .filter(ConformanceDeviation::isOfWholeKind)
                .map(ConformanceDeviation::kind)
                .forEach(known::add);
        Set<String> without =
                file.cases().stream().map(ConformanceCase::kind).collect(Collectors.toCollection(TreeSet::new));
        without.removeAll(known);
        assertThat(without)
                .as("kinds of %s with neither runner nor reason; known are %s", file.fileName, known)
                .isEmpty();
    }

    private static Set<String> kindsWithRunner(ConformanceFile file) {
        Set<String> kinds = new TreeSet<>();
        for (JavaClass runner : RUNNERS) {
            if (runner.getSimpleName().endsWith("CasesTest") && runner.isAnnotatedWith(Runs.class)) {
                Runs runs = runner.reflect().getAnnotation(Runs.class);
                if (runs.file() == file) {
                    Arrays.stream(runs.value()).map(Kind::name).forEach(kinds::add);
                }
            }
        }
        return kinds;
    }

    @ParameterizedTest
    @EnumSource
    void deviation_ofAnyKind_isFromOneCaseAndHasAReason(ConformanceFile file) {
        List<ConformanceCase> own = file.ownCases();
        for (ConformanceDeviation deviation : file.deviations()) {
            assertThat(deviation.reason()).as(deviation.kind()).isNotBlank();
            assertThat(own.stream().filter(deviation::concerns).count())
                    .as(deviation.toString())
                    .matches(cases -> deviation.isOfWholeKind() ? cases > 0 : cases == 1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void name_ofAnyCase_isUniqueWithinItsKind(ConformanceFile file) {
        assertThat(file.ownCases()).extracting(ConformanceCase::toString).doesNotHaveDuplicates();
    }
}
