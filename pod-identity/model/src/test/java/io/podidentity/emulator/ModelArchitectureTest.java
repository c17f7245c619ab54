// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Clock;
import java.time.Instant;
import java.util.Set;
import java.util.Timer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;

/** The ground floor says what pod identity means; it does not listen, start threads or read the machine's clock. */
class ModelArchitectureTest {

    private static final JavaClasses MODEL = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.podidentity.emulator");

    /** Exceptions of java.net say why there is no answer, and addresses are values. */
    private static final Set<String> VALUES_OF_NET = Set.of(
            "java.net.URI",
            "java.net.URISyntaxException",
            "java.net.URLDecoder",
            "java.net.URLEncoder",
            "java.net.ConnectException",
            "java.net.SocketException");

    /** A file is forced to the disk, and locked, by its channel. */
    private static final Set<String> CHANNELS_OF_FILES = Set.of(
            "java.nio.channels.FileChannel",
            "java.nio.channels.FileLock",
            "java.nio.channels.OverlappingFileLockException");

    /** Kubectl and helm have two outputs, which are read at the same time; both tasks end with the program. */
    private static final String READS_TWO_OUTPUTS = "io.podidentity.emulator.manifest.Tools";

    private static final DescribedPredicate<JavaClass> NETWORK = describe(
            "of the network",
            used -> (used.getPackageName().startsWith("java.net") && !VALUES_OF_NET.contains(used.getName()))
                    || used.getPackageName().startsWith("javax.net")
                    || (used.getPackageName().startsWith("java.nio.channels")
                            && !CHANNELS_OF_FILES.contains(used.getName()))
                    || used.getPackageName().startsWith("com.sun.net"));

    @Test
    void model_always_hasWhatTheRulesAreAbout() {
        assertThat(MODEL).hasSizeGreaterThan(200);
    }

    @Test
    void model_always_opensNoSocket() {
        noClasses().should().dependOnClassesThat(NETWORK).check(MODEL);
    }

    @Test
    void model_always_startsNoThread() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName(READS_TWO_OUTPUTS)
                .should()
                .dependOnClassesThat(assignableTo(Executor.class)
                        .or(type(CompletableFuture.class))
                        .or(type(Timer.class)))
                .orShould()
                .callConstructorWhere(target(owner(assignableTo(Thread.class))))
                .check(MODEL);
    }

    @Test
    void model_always_isToldTheTime() {
        noClasses()
                .should()
                .callMethodWhere(callOf(Clock.class, "system.*|tick.*"))
                .orShould()
                .callMethodWhere(callOf(Instant.class, "now"))
                .orShould()
                .callMethodWhere(callOf(System.class, "nanoTime|currentTimeMillis"))
                .orShould()
                .callMethodWhere(callOf(Thread.class, "sleep"))
                .check(MODEL);
    }

    private static DescribedPredicate<JavaCall<?>> callOf(Class<?> type, String names) {
        return target(owner(type(type))).and(target(nameMatching(names)));
    }

    @Test
    void model_always_knowsNothingOfThoseWhoUseIt() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.podidentity.tokenprovider..", "io.podidentity.podid..", "picocli..")
                .check(MODEL);
    }

    @Test
    void packages_always_haveNoCycles() {
        slices().matching("io.podidentity.(**)").should().beFreeOfCycles().check(MODEL);
    }

    @Test
    void objects_always_knowNothingOfThoseWhoReadOrPlayThem() {
        noClasses()
                .that()
                .resideInAPackage("..emulator.cluster")
                .should()
                .dependOnClassesThat(
                        resideInAPackage("io.podidentity..").and(not(resideInAPackage("..emulator.cluster"))))
                .because("commands, MIC and NMI all stand on one model")
                .check(MODEL);
        noClasses()
                .that()
                .resideInAPackage("..emulator.match")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("..emulator.manifest", "..emulator.mic", "..emulator.nmi")
                .because("one matcher decides for all of them")
                .check(MODEL);
        noClasses()
                .that()
                .resideInAPackage("..emulator.manifest")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("..emulator.match", "..emulator.mic", "..emulator.nmi")
                .because("reading manifests decides nothing")
                .check(MODEL);
    }
}
