// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.cluster;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.podidentity.podid.cluster");

    /** Nested classes belong to the class around them. */
    private static final SliceAssignment TOP_LEVEL_CLASSES = new SliceAssignment() {

        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
            return type.getPackageName().equals("io.podidentity.podid.cluster")
                    ? SliceIdentifier.of(type.getName().replaceFirst("\\$.*", ""))
                    : SliceIdentifier.ignore();
        }

        @Override
        public String getDescription() {
            return "top-level classes";
        }
    };

    @Test
    void classes_always_haveNoCycles() {
        slices().assignedFrom(TOP_LEVEL_CLASSES).should().beFreeOfCycles().check(MAIN);
    }

    @Test
    void partOnANode_always_knowsNothingOfTheCluster() {
        noClasses()
                .that()
                .haveSimpleNameStartingWith("PodConnection")
                .or()
                .haveSimpleName("NmiOnNode")
                .or()
                .haveSimpleName("RuleKeeper")
                .or()
                .haveSimpleName("NatTable")
                .or()
                .haveSimpleName("PodidLink")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.fabric8..", "io.podidentity.emulator..")
                .because("it runs on each node without any right in the cluster")
                .check(MAIN);
    }
}
