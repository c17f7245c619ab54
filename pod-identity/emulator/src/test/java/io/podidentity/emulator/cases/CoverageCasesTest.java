// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.cases;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Holds that no case is left out without a reason. */
class CoverageCasesTest {

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(location -> location.contains("Case"))
            .importPackages("io.podidentity.emulator");

    @Test
    void components_always_haveARunnerOrAReason() throws Exception {
        var components = new TreeSet<String>();
        Cases.all().forEach(test -> components.add(test.component()));
        components.removeAll(covered());
        components.removeAll(Cases.deviatingComponents().keySet());
        assertThat(components)
                .as("components with neither runner nor reason; those with a runner are %s", covered())
                .isEmpty();
    }

    @Test
    void components_always_haveOneRunner() throws Exception {
        assertThat(covered())
                .doesNotHaveDuplicates()
                .doesNotContainAnyElementsOf(Cases.deviatingComponents().keySet());
    }

    @Test
    void deviations_always_areFromOneCaseAndHaveAReason() throws Exception {
        assertThat(Cases.deviatingComponents().values())
                .allSatisfy(reason -> assertThat((String) reason).isNotBlank());
        for (Deviation deviation : Cases.deviations()) {
            assertThat(deviation.reason()).isNotBlank();
            assertThat(Cases.own()).filteredOn(deviation::concerns).hasSize(1);
            assertThat(covered()).contains(deviation.test().component());
        }
    }

    @Test
    void names_always_areUniqueWithinTheirComponent() {
        assertThat(Cases.own()).extracting(Case::toString).doesNotHaveDuplicates();
    }

    private static List<String> covered() throws ReflectiveOperationException {
        var covered = new ArrayList<String>();
        for (var type : CLASSES) {
            if (type.isAssignableTo(CaseRunner.class) && !type.getModifiers().contains(JavaModifier.ABSTRACT)) {
                assertThat(type.getSimpleName()).endsWith("CasesTest");
                var runner = (CaseRunner) type.reflect().getConstructor().newInstance();
                covered.addAll(runner.readings().keySet());
            }
        }
        return covered;
    }
}
