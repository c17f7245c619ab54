// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** docs/variables.md names every environment variable that the library reads, and no other. */
class VariablesPageTest {
    private static final Path PAGE = Path.of("..", "docs", "variables.md");
    private static final Path SOURCES = Path.of("src/main/java");
    /** A name as most variables have it, or whatever is looked up in the environment. */
    private static final Pattern NAME = Pattern.compile(
            "\"([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)\"|environment(?:\\(\\))?\\s*\\.(?:get|raw)\\(\\s*\"(\\w+)\"");

    /** Texts in the code that look like variables: forms of connection strings, and what OpenSSL says. */
    private static final Set<String> NO_VARIABLES = Set.of(
            "APP_SERVICE",
            "AZURE_ARC",
            "AZURE_CLI",
            "AZURE_DEVELOPER_CLI",
            "AZURE_ML",
            "AZURE_PIPELINES",
            "AZURE_POWERSHELL",
            "CERTIFICATE_VERIFY_FAILED",
            "CLIENT_SECRET",
            "CLOUD_SHELL",
            "IDENTITY_ASSERTION",
            "KEY_VAULT_CERTIFICATE",
            "MANAGED_IDENTITY",
            "MANAGED_IDENTITY_ENDPOINT",
            "SERVICE_FABRIC",
            "STORE_CERTIFICATE",
            "VISUAL_STUDIO_CODE",
            "WORKLOAD_IDENTITY");

    private static String code;
    private static Set<String> documented;

    @BeforeAll
    static void read() throws IOException {
        StringBuilder text = new StringBuilder();
        try (Stream<Path> files = Files.walk(SOURCES)) {
            files.filter(file -> file.toString().endsWith(".java")).forEach(file -> text.append(textOf(file)));
        }
        code = text.toString();
        documented = new TreeSet<>();
        for (String line : Files.readAllLines(PAGE)) {
            if (line.startsWith("| `")) {
                Matcher name = Pattern.compile("`([^`]+)`").matcher(line.split("\\|", 3)[1]);
                name.results().forEach(found -> documented.add(found.group(1)));
            }
        }
    }

    @Test
    void page_always_namesEachVariableThatIsRead() {
        Set<String> read = new TreeSet<>();
        Matcher name = NAME.matcher(code);
        while (name.find()) {
            read.add(name.group(1) == null ? name.group(2) : name.group(1));
        }
        read.removeAll(NO_VARIABLES);

        assertThat(read).as("found in the code").hasSizeGreaterThan(40);
        assertThat(documented).as("add what is missing to docs/variables.md").containsAll(read);
    }

    @Test
    void page_always_namesOnlyVariablesOfTheCode() {
        List<String> unknown = documented.stream()
                .filter(name -> !code.contains("\"" + name + "\""))
                .toList();

        assertThat(unknown).isEmpty();
    }

    private static String textOf(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
