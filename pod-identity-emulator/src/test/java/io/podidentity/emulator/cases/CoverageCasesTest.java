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

    private static final JavaClasses CLASSES = new ClassFileImporter().importPackages("io.podidentity.emulator");

    @Test
    void components_always_haveARunnerOrAReason() throws Exception {
        var components = new TreeSet<String>();
        Cases.all().forEach(test -> components.add(test.component()));
        components.removeAll(covered());
        components.removeAll(Cases.deviatingComponents().keySet());
        assertThat(components).as("components without a runner").isEmpty();
    }

    @Test
    void components_always_haveOneRunner() throws Exception {
        assertThat(covered())
                .doesNotHaveDuplicates()
                .doesNotContainAnyElementsOf(Cases.deviatingComponents().keySet());
    }

    @Test
    void deviations_always_haveAReasonAndSayWhatWeDoInstead() {
        assertThat(Cases.deviatingComponents().values())
                .allSatisfy(reason -> assertThat((String) reason).isNotBlank());
        assertThat(Cases.deviatingCases()).allSatisfy(deviation -> {
            assertThat(deviation).containsOnlyKeys("component", "name", "reason", "instead");
            assertThat((String) deviation.get("reason")).isNotBlank();
            assertThat(covered()).contains((String) deviation.get("component"));
        });
    }

    private static List<String> covered() throws ReflectiveOperationException {
        var covered = new ArrayList<String>();
        for (var type : CLASSES) {
            if (type.isAssignableTo(CaseRunner.class) && !type.getModifiers().contains(JavaModifier.ABSTRACT)) {
                assertThat(type.getSimpleName()).endsWith("CasesTest");
                var runner = (CaseRunner) type.reflect().getConstructor().newInstance();
                covered.addAll(runner.checks().keySet());
            }
        }
        return covered;
    }
}
