// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

    /** Read once, tests included. */
    private static final JavaClasses ALL = new ClassFileImporter().importPackages("io.podidentity.emulator");

    private static final JavaClasses MAIN = ALL.that(describe(
            "of the kit",
            type -> type.getSource().isPresent()
                    && new ImportOption.DoNotIncludeTests()
                            .includes(Location.of(type.getSource().get().getUri()))));

    private static final String[] KIT = {
        "io.podidentity.emulator",
        "..emulator.plan",
        "..emulator.run",
        "..emulator.history",
        "..emulator.fault",
        "..junit"
    };

    /** Nested classes belong to the class around them. */
    private static final SliceAssignment TOP_LEVEL_CLASSES = new SliceAssignment() {

        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
            return type.getPackageName().startsWith("io.podidentity")
                    ? SliceIdentifier.of(type.getName().replaceFirst("\\$.*", ""))
                    : SliceIdentifier.ignore();
        }

        @Override
        public String getDescription() {
            return "top-level classes";
        }
    };

    @Test
    void packages_always_haveNoCycles() {
        slices().matching("io.podidentity.(**)").should().beFreeOfCycles().check(MAIN);
    }

    @Test
    void classes_always_haveNoCycles() {
        slices().assignedFrom(TOP_LEVEL_CLASSES).should().beFreeOfCycles().check(MAIN);
    }

    @Test
    void classes_always_haveANameOfTheirOwn() {
        assertThat(MAIN)
                .filteredOn(JavaClass::isTopLevelClass)
                .extracting(JavaClass::getSimpleName)
                .filteredOn(name -> !name.equals("package-info"))
                .doesNotHaveDuplicates();
    }

    @Test
    void servers_always_knowNothingOfTheTestKit() {
        noClasses()
                .that()
                .resideOutsideOfPackages(KIT)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(KIT)
                .because("the kit puts the servers together, and each can be read without it")
                .check(MAIN);
    }

    @Test
    void testKit_always_standsOnItsOwn() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.podidentity.tokenprovider..", "io.podidentity.podid..", "picocli..")
                .because("the library is tested with it, and a test does not want a command line")
                .check(MAIN);
    }

    @Test
    void server_always_knowsTheMessagesAlone() {
        noClasses()
                .that()
                .resideInAPackage("..emulator.server")
                .should()
                .dependOnClassesThat(resideInAPackage("io.podidentity..")
                        .and(not(resideInAnyPackage("..emulator.server", "..emulator.http"))))
                .because("podid lend answers with it, and plays no Azure")
                .check(MAIN);
    }

    @Test
    void facade_always_isAloneInItsPackage() {
        assertThat(MAIN)
                .filteredOn(type -> type.getPackageName().equals("io.podidentity.emulator"))
                .filteredOn(JavaClass::isTopLevelClass)
                .extracting(JavaClass::getSimpleName)
                .containsExactlyInAnyOrder("PodIdentityEmulator", "package-info");
    }

    @Test
    void tests_always_waitForEventsAndNotForTime() {
        noClasses()
                .should()
                .callMethod(Thread.class, "sleep", long.class)
                .because("a test that sleeps is slow on a good day and wrong on a bad one")
                .check(ALL);
    }
}
