// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.text.Time;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What holds the library's shape. */
class ArchitectureTest {
    private static final String LIBRARY = "io.podidentity.tokenprovider";
    private static final String ENGINE = LIBRARY + ".internal.engine";

    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(LIBRARY);
    private static final JavaClasses TESTS = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.ONLY_INCLUDE_TESTS)
            .importPackages(LIBRARY);

    @Test
    void library_needsTheJdkAlone() {
        classes()
                .that()
                .resideOutsideOfPackages(LIBRARY + ".azure", LIBRARY + ".jfr")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "java..",
                        "javax.net.ssl..",
                        "javax.security.auth..",
                        "org.jspecify.annotations",
                        LIBRARY + "..")
                .because("nothing but the JDK may be needed at run time")
                .check(MAIN);
    }

    @Test
    void flightRecorder_isKnownToItsListenerOnly() {
        noClasses()
                .that()
                .resideOutsideOfPackage(LIBRARY + ".jfr")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("jdk.jfr..", LIBRARY + ".jfr")
                .because("it may be absent, and nothing of it is loaded unless a program wants it")
                .check(MAIN);
    }

    @Test
    void httpHandlersOfTheJdk_areNotUsed() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .belongToAnyOf(java.net.URLConnection.class, java.net.HttpURLConnection.class, java.net.URL.class)
                .orShould()
                .dependOnClassesThat()
                .resideInAnyPackage("java.net.http..")
                .because("a native image has no protocol handlers of URLs unless they are declared, and a process's"
                        + " defaults for them are none of the library's")
                .check(MAIN);
    }

    @Test
    void azureSdk_isKnownToItsBridgeOnly() {
        noClasses()
                .that()
                .resideOutsideOfPackage(LIBRARY + ".azure")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("com.azure..", "reactor..")
                .check(MAIN);
    }

    @Test
    void azureIdentity_isKnownToOneClassOnly() {
        noClasses()
                .that()
                .doNotHaveSimpleName("IdentityCredentials")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("com.azure.identity..")
                .because("it may be absent, and so may azure-core: what others hold can be loaded without them")
                .check(MAIN);
        classes()
                .that()
                .haveSimpleName("DeveloperSignIn")
                .should()
                .onlyDependOnClassesThat(not(resideInAPackage("com.azure..")))
                .check(MAIN);
    }

    @Test
    void azureSources_areKnownToTheListOfSourcesOnly() {
        noClasses()
                .that()
                .resideOutsideOfPackage(LIBRARY + ".azure")
                .and()
                .doNotHaveSimpleName("SourceDescriptor")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(LIBRARY + ".azure")
                .check(MAIN);
    }

    @Test
    void rooms_haveNoCircle() {
        slices().assignedFrom(new Rooms()).should().beFreeOfCycles().check(MAIN);
    }

    @Test
    void internal_knowsOfTheRootItsValuesOnly() {
        noClasses()
                .that()
                .resideInAPackage(LIBRARY + ".internal..")
                .should()
                .dependOnClassesThat(resideInAPackage(LIBRARY).and(not(describe("are values", Rooms::isValue))))
                .because("arrows go from the facade over the engine to the sources, and all of them know the values")
                .check(MAIN);
    }

    @Test
    void engine_isKnownToTheFacadeOnly() {
        noClasses()
                .that()
                .resideOutsideOfPackages(LIBRARY, ENGINE)
                .or(describe("are values", Rooms::isValue))
                .should()
                .dependOnClassesThat()
                .resideInAPackage(ENGINE)
                .because("the facade asks the engine, and the engine asks the sources")
                .check(MAIN);
    }

    /**
     * The packages; the root is two of them, since what callers see is in one place and yet above and below: the values
     * are known to all, and the facade knows the engine. So is the bridge to the Azure SDK: its credential is above the
     * facade, and its sources are below the chain.
     */
    private static final class Rooms implements SliceAssignment {
        private static final Set<String> VALUES = Set.of(
                "AccessToken",
                "AgentIdentity",
                "Principal",
                "TokenAcquisitionException",
                "TokenAttempt",
                "TokenListener",
                "TokenRequest",
                "TokenSource",
                "UserAssignedIdentity");

        static boolean isValue(JavaClass type) {
            return type.getPackageName().equals(LIBRARY)
                    && VALUES.contains(
                            type.getName().substring(LIBRARY.length() + 1).split("\\$", 2)[0]);
        }

        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
            String room = type.getPackageName();
            if (room.equals(LIBRARY)) {
                room = isValue(type) ? "values" : "facade";
            } else if (type.getName().startsWith(LIBRARY + ".azure.TokenProviderCredential")) {
                room = "credential";
            }
            return SliceIdentifier.of(room);
        }

        @Override
        public String getDescription() {
            return "rooms";
        }
    }

    @Test
    void facade_isNotKnownToSources() {
        noClasses()
                .that()
                .implement(TokenSource.class)
                .should()
                .dependOnClassesThat()
                .belongToAnyOf(AzureServiceTokenProvider.class)
                .because("arrows go from the facade over the engine to the sources")
                .check(MAIN);
    }

    @Test
    void environmentAndClock_areReadAtTheirSeamsOnly() {
        noClasses()
                .that()
                .doNotBelongToAnyOf(Environment.class, Time.class)
                .should()
                .callMethod(System.class, "getenv")
                .orShould()
                .callMethod(System.class, "getenv", String.class)
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(java.time.Instant.class, "now")
                .check(MAIN);
    }

    @Test
    void library_needsNoMetadataInANativeImage() {
        noClasses()
                .that()
                .doNotHaveSimpleName("HelpPage")
                .and()
                // By names that are constants, which a native image finds by itself.
                .doNotHaveSimpleName("VirtualThreads")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.lang.reflect..", "java.lang.invoke..")
                .orShould()
                .dependOnClassesThat()
                .belongToAnyOf(java.util.ServiceLoader.class, java.util.ResourceBundle.class)
                .orShould()
                .callMethodWhere(target(nameMatching("forName|getResource|getResourceAsStream|loadClass")))
                .because("what is found by name only must be declared to a native image")
                .check(MAIN);
    }

    @Test
    void publicTypes_areFew() {
        List<String> names = MAIN.stream()
                .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
                .filter(type -> type.isTopLevelClass() && type.getPackageName().equals(LIBRARY))
                .map(JavaClass::getSimpleName)
                .sorted()
                .toList();

        assertThat(names)
                .containsExactly(
                        "AccessToken",
                        "AgentIdentity",
                        "AzureServiceTokenProvider",
                        "ClientAssertions",
                        "ConnectionString",
                        "Explanation",
                        "Principal",
                        "TokenAcquisitionException",
                        "TokenAttempt",
                        "TokenListener",
                        "TokenRequest",
                        "TokenSource",
                        "TokenSources",
                        "UserAssignedIdentity");
    }

    @Test
    void publicTypes_areNoRecords() {
        noClasses()
                .that()
                .arePublic()
                .and()
                .resideInAnyPackage(LIBRARY, LIBRARY + ".azure", LIBRARY + ".jfr")
                .should()
                .beRecords()
                .because("a component more would take the constructor away that programs were compiled with")
                .check(MAIN);
    }

    @Test
    void tests_doNotSleep() {
        noClasses()
                .should()
                .callMethod(Thread.class, "sleep", long.class)
                .orShould()
                .callMethod(Thread.class, "sleep", java.time.Duration.class)
                .check(TESTS);
    }

    @Test
    void classes_haveNoCircles() {
        assertThat(new ClassCircles(MAIN).find()).isEmpty();
    }
}
