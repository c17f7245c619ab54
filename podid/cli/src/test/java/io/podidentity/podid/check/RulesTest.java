// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.AllRules;
import io.podidentity.podid.check.rule.RuleFamily;
import io.podidentity.podid.check.rule.Sight;
import io.podidentity.podid.check.rule.Symptom;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every rule on its fixtures: {@code fires-*.yaml} with the expected findings in {@code fires-*.expected} beside it,
 * and {@code quiet-*.yaml}, on which it finds nothing.
 */
class RulesTest {

    private static final Path FIXTURES = Path.of("src", "test", "resources", "check");
    private static final Path ACTUAL = Path.of("target", "check");
    private static final JavaClasses FAMILIES =
            new ClassFileImporter().importPackages("io.podidentity.podid.check.rule");

    static Stream<Path> firing() throws IOException {
        return fixtures("fires-");
    }

    static Stream<Path> quiet() throws IOException {
        return fixtures("quiet-");
    }

    static List<About> rules() {
        return AllRules.LIST;
    }

    private static Stream<Path> fixtures(String prefix) throws IOException {
        try (Stream<Path> files = Files.walk(FIXTURES)) {
            return files
                    .filter(file -> file.getFileName().toString().startsWith(prefix))
                    .filter(file -> file.toString().endsWith(".yaml"))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("firing")
    void rule_onWhatIsWrong_findsIt(Path file) throws IOException {
        String found = RuleFixture.describeFindings(file);
        Path expected = Path.of(file.toString().replaceFirst("\\.yaml$", ".expected"));
        Path actual = ACTUAL.resolve(FIXTURES.relativize(expected));
        Files.createDirectories(actual.getParent());
        Files.writeString(actual, found);
        assertThat(found).isNotEmpty();
        assertThat(expected).as("what was found is in %s", actual).content().isEqualTo(found);
    }

    @ParameterizedTest
    @MethodSource("quiet")
    void rule_onWhatIsRight_findsNothing(Path file) throws IOException {
        assertThat(RuleFixture.find(file)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("rules")
    void rule_always_hasFixturesThatFireAndDoNot(About rule) throws IOException {
        Path folder = FIXTURES.resolve(rule.rule());
        assertThat(folder).isDirectory();
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString().replaceFirst("-.*", "")))
                    .contains("fires", "quiet");
        }
    }

    @Test
    void rules_always_haveNamesOfTheirOwnAndSayWhatIsNeeded() {
        List<About> all = AllRules.LIST;
        assertThat(all)
                .extracting(About::rule)
                .doesNotHaveDuplicates()
                .allMatch(name -> name.matches("[a-z]+(-[a-z]+)*"));
        assertThat(all).extracting(About::id).allMatch(id -> id.matches("C[1-9][0-9]?"));
        assertThat(all).allSatisfy(about -> {
            assertThat(about.line()).doesNotEndWith(".").isNotEmpty();
            assertThat(about.remedy()).doesNotEndWith(".").isNotEmpty();
            assertThat(about.prevents()).allMatch(issue -> issue.matches("[\\w.-]+/[\\w.-]+#\\d+"));
        });
    }

    /** What no rule explains, {@code explain} could only say in words of its own. */
    @ParameterizedTest
    @EnumSource
    void symptom_always_isExplainedByARule(Symptom symptom) {
        assertThat(AllRules.LIST)
                .filteredOn(about -> about.explains().contains(symptom))
                .isNotEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void sight_always_isNeededByARule(Sight sight) {
        assertThat(AllRules.LIST)
                .filteredOn(about -> about.needs().contains(sight))
                .isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("rules")
    void rule_always_isAMethodOfItsNameInAFamily(About rule) {
        String words = Pattern.compile("-(.)")
                .matcher(rule.rule())
                .replaceAll(match -> match.group(1).toUpperCase(Locale.ROOT));
        assertThat(FAMILIES)
                .filteredOn(type -> type.isAssignableTo(RuleFamily.class))
                .flatExtracting(JavaClass::getMethods)
                .extracting(JavaMethod::getName)
                .containsOnlyOnce(words);
    }
}
