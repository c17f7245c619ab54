// SPDX-License-Identifier: Apache-2.0
package io.podidentity.benchmarks;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.podidentity.benchmarks");

    @Test
    void packages_always_haveNoCycles() {
        slices().matching("io.podidentity.(**)").should().beFreeOfCycles().check(MAIN);
    }

    /** JMH generates classes for its benchmarks into a package of their own. */
    @Test
    void simpleNames_always_areUnique() {
        Map<String, List<String>> bySimpleName = MAIN.stream()
                .filter(type -> type.isTopLevelClass() && !type.getPackageName().endsWith(".jmh_generated"))
                .filter(type -> !type.getSimpleName().equals("package-info"))
                .collect(groupingBy(JavaClass::getSimpleName, mapping(JavaClass::getName, toList())));

        assertThat(bySimpleName).hasSizeGreaterThan(30);
        assertThat(bySimpleName.values()).allSatisfy(types -> assertThat(types).hasSize(1));
    }
}
