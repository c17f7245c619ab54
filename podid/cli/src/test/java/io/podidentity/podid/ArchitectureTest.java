// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.json.Json;
import io.podidentity.podid.text.MarkdownText;
import io.podidentity.podid.text.ShellWord;
import io.podidentity.podid.text.YamlText;
import java.io.FileOutputStream;
import java.io.FileWriter;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

    private static final ClassFileImporter MAIN_ONLY =
            new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludeTests());

    private static final JavaClasses MAIN = MAIN_ONLY.importPackages("io.podidentity.podid");

    private static final JavaClasses EMULATOR = MAIN_ONLY.importUrl(
            PodIdentityEmulator.class.getProtectionDomain().getCodeSource().getLocation());

    /** Nested classes belong to the class around them. */
    private static final SliceAssignment TOP_LEVEL_CLASSES = new SliceAssignment() {

        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
            return type.getPackageName().startsWith("io.podidentity.podid")
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
    void classes_always_haveANameOfTheirOwnInTheEmulatorToo() {
        assertThat(MAIN_ONLY.importPackages("io.podidentity.podid", "io.podidentity.emulator"))
                .filteredOn(JavaClass::isTopLevelClass)
                .extracting(JavaClass::getSimpleName)
                .filteredOn(name -> !name.equals("package-info"))
                .doesNotHaveDuplicates();
    }

    @Test
    void explanations_always_comeFromTheEmulatorsOwnDecisions() {
        noClasses()
                .that()
                .resideInAPackage("..podid.explain")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("..emulator", "..emulator.run", "..emulator.plan", "..podid.serve")
                .because("to explain starts no server")
                .check(MAIN);
    }

    /** A class is told by where it comes from, since the packages of the emulator and of the model begin alike. */
    @Test
    void serve_always_isTheOnlyCommandThatKnowsTheEmulator() {
        assertThat(EMULATOR).isNotEmpty();
        noClasses()
                .that()
                .resideOutsideOfPackage("..podid.serve..")
                .should()
                .dependOnClassesThat(describe("of the emulator", type -> EMULATOR.contain(type.getName())))
                .because("the Maven plugin, and whoever checks or explains manifests, carry no server")
                .check(MAIN);
    }

    @Test
    void lend_always_isTheOnlyOtherCommandThatListens() {
        noClasses()
                .that()
                .resideOutsideOfPackages("..podid.serve..", "..podid.lend")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("..emulator.server")
                .check(MAIN);
    }

    /** One way to write: whole, in one step, through no link, and gone after the next start. */
    @Test
    void files_always_areWrittenInOneWay() {
        noClasses()
                .that()
                .resideOutsideOfPackage("..emulator.file")
                .should()
                .callMethodWhere(describe(
                        "writes a file",
                        call -> call.getTargetOwner().isEquivalentTo(Files.class)
                                && call.getName()
                                        .matches("write.*|newOutputStream|newBufferedWriter|newByteChannel|copy|move"
                                                + "|createTemp.*|createFile")))
                .orShould()
                .callMethodWhere(describe(
                        "opens a channel",
                        call -> call.getTargetOwner().isEquivalentTo(FileChannel.class)
                                && call.getName().equals("open")))
                .orShould()
                .dependOnClassesThat()
                .belongToAnyOf(FileOutputStream.class, FileWriter.class, RandomAccessFile.class)
                .because("a file that is written in another way can be cut, or be behind a link to somewhere else")
                .check(MAIN_ONLY.importPackages("io.podidentity.podid", "io.podidentity.emulator"));
    }

    /** What another program reads is made by the encoder for that program. */
    @Test
    void sinks_always_haveTheirEncoder() {
        Map<String, Class<?>> encoders = Map.of(
                ".*\\.(MoveReport|AccountSection|MarkdownWriter)", MarkdownText.class,
                ".*\\.(AzureScript|TrustFunction|AccountSection)", ShellWord.class,
                ".*\\.(AccountMove|FieldsEdit|EnvironmentValues|IdentityBindingRoles|Fixes)", YamlText.class,
                ".*\\.(JsonFindings|SarifLog|JsonReport)", Json.class,
                ".*\\.(FederationAdvice|ScopeCommand|FactsCommand)", ShellWord.class);
        encoders.forEach((sink, encoder) -> classes()
                .that()
                .haveNameMatching(sink)
                .should()
                .dependOnClassesThat()
                .areAssignableTo(encoder)
                .check(MAIN));
        noClasses()
                .that()
                .doNotHaveSimpleName("PrintableWriter")
                .should()
                .callConstructorWhere(describe(
                        "makes a writer of its own",
                        call -> call.getTargetOwner().isEquivalentTo(PrintWriter.class)))
                .because("what commands print has words of manifests in it")
                .check(MAIN);
    }

    @Test
    void tests_always_waitForEventsAndNotForTime() {
        noClasses()
                .should()
                .callMethod(Thread.class, "sleep", long.class)
                .because("a test that sleeps is slow on a good day and wrong on a bad one")
                .check(new ClassFileImporter().importPackages("io.podidentity.podid"));
    }
}
