// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.bridge;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Keeps the bridges independent of each other, and the library independent of all of them. */
class ArchitectureTest {
    private static final String LIBRARY = "io.podidentity.tokenprovider";
    private static final String BRIDGES = LIBRARY + ".bridge";

    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(LIBRARY);

    @Test
    void library_knowsNoBridgeAndNoDriver() {
        noClasses()
                .that()
                .resideOutsideOfPackage(BRIDGES + "..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        BRIDGES + "..", "org.postgresql..", "com.microsoft.sqlserver..", "org.apache.kafka..")
                .check(MAIN);
    }

    @Test
    void postgresql_needsItsDriverAlone() {
        needsAlone("postgresql", "org.postgresql..");
    }

    @Test
    void mssql_needsItsDriverAlone() {
        needsAlone("mssql", "com.microsoft.sqlserver..");
    }

    @Test
    void kafka_needsItsClientAlone() {
        needsAlone("kafka", "org.apache.kafka..");
    }

    private void needsAlone(String bridge, String driver) {
        classes()
                .that()
                .resideInAPackage(BRIDGES + "." + bridge)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        BRIDGES + "." + bridge,
                        LIBRARY,
                        driver,
                        "java..",
                        "javax.security.auth..",
                        "org.jspecify.annotations")
                .because("an application that uses one bridge has only one driver")
                .check(MAIN);
    }
}
