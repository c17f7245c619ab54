// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What neither the compiler nor the formatter looks at, in the sources of all modules and in the documents. */
class ConventionsTest {
    private static final Path ROOT = Path.of("..");
    private static final int WIDTH = 120;
    private static final Pattern COMMENT = Pattern.compile(" *(\\*|/\\*\\*|//).*");
    private static final Pattern NAMED_TEST = Pattern.compile("`([A-Z]\\w+(Test|IT))`");

    private static final Set<String> NOT_OURS = Set.of("target", ".git", "node_modules");
    private static final Pattern LINK_ON_TWO_LINES = Pattern.compile("\\[[^\\[\\]\n]*\n[^\\[\\]\n]*]\\([^)\n]*\\)");
    private static final Pattern PUBLIC_TYPE =
            Pattern.compile("(?m)^public (?:[a-z-]+ )*(?:class|interface|record|enum|@interface) ");
    private static final List<String> LIBRARIES = List.of(
            "token-provider/src/main/java",
            "bridges/src/main/java",
            "spring-boot/starter/src/main/java",
            "spring-boot/test/src/main/java",
            "pod-identity/model/src/main/java",
            "pod-identity/server/src/main/java",
            "pod-identity/emulator/src/main/java",
            "pod-identity/testcontainers/src/main/java");

    @Test
    void comments_always_fitTheWidthOfTheCode() throws IOException {
        List<String> wide = new ArrayList<>();
        for (Path source : sources()) {
            Files.readAllLines(source).stream()
                    .filter(line ->
                            line.length() > WIDTH && COMMENT.matcher(line).matches())
                    .forEach(line -> wide.add(source + ": " + line));
        }

        assertThat(wide).isEmpty();
    }

    /** The site does not find the page of a link whose text goes on in the next line. */
    @Test
    void links_always_haveTheirTextOnOneLine() throws IOException {
        List<String> broken = new ArrayList<>();
        for (Path document : documents()) {
            LINK_ON_TWO_LINES
                    .matcher(Files.readString(document))
                    .results()
                    .map(MatchResult::group)
                    .forEach(link -> broken.add(document + ": " + link));
        }

        assertThat(broken).isEmpty();
    }

    /** A document that makes a promise names the test that checks it. */
    @Test
    void documents_always_nameTestsThatExist() throws IOException {
        Set<String> tests = sources().stream()
                .filter(source -> source.toString().contains("src/test/java"))
                .map(source -> source.getFileName().toString().replace(".java", ""))
                .collect(Collectors.toSet());
        for (String document : List.of("ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md")) {
            List<String> named = NAMED_TEST
                    .matcher(Files.readString(ROOT.resolve(document)))
                    .results()
                    .map((MatchResult name) -> name.group(1))
                    .toList();

            assertThat(named).as(document).isNotEmpty().isSubsetOf(tests);
        }
    }

    /** Whoever reads the Javadoc of a type sees from which version on it is there. */
    @Test
    void publicTypes_ofTheLibraries_sayFromWhichVersionOn() throws IOException {
        List<Path> silent = new ArrayList<>();
        for (Path source : sources()) {
            String text = Files.readString(source);
            if (isOfALibrary(source) && PUBLIC_TYPE.matcher(text).find() && !text.contains("@since")) {
                silent.add(source);
            }
        }

        assertThat(silent).isEmpty();
    }

    /** What programs and their tests compile against, as opposed to tools. */
    private static boolean isOfALibrary(Path source) {
        String path = ROOT.relativize(source).toString().replace('\\', '/');
        return LIBRARIES.stream().anyMatch(path::startsWith) && !path.contains("/internal/");
    }

    private static List<Path> sources() throws IOException {
        List<Path> sources = findFiles(".java");
        assertThat(sources).hasSizeGreaterThan(1000);
        return sources;
    }

    private static List<Path> documents() throws IOException {
        List<Path> documents = findFiles(".md");
        assertThat(documents).hasSizeGreaterThan(50);
        return documents;
    }

    /** The files of the repository with this ending, without what a build made or downloaded. */
    private static List<Path> findFiles(String ending) throws IOException {
        List<Path> files = new ArrayList<>();
        Files.walkFileTree(ROOT, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                String name = folder.getFileName().toString();
                return NOT_OURS.contains(name) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (file.toString().endsWith(ending)) {
                    files.add(file);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return files;
    }
}
