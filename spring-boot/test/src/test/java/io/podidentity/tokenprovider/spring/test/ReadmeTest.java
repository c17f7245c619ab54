// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring.test;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The first program that a reader copies compiles as it stands, with the dependencies that stand below it. */
class ReadmeTest {
    private static final Path PAGE = Path.of("..", "..", "README.md");
    private static final Pattern PROGRAM = Pattern.compile("```java\n(.*?public class (\\w+).*?)```", Pattern.DOTALL);
    private static final Pattern DEPENDENCY =
            Pattern.compile("<artifactId>([a-z-]+)</artifactId>\\s*<version>([\\d.]+)</version>");

    @TempDir
    private Path classes;

    @Test
    void program_ofThePage_compiles() throws IOException {
        Matcher program = PROGRAM.matcher(Files.readString(PAGE));
        assertThat(program.find()).as("a program on the page").isTrue();

        List<Diagnostic<? extends JavaFileObject>> messages = compile(program.group(2), program.group(1));

        assertThat(messages).isEmpty();
        assertThat(classes.resolve(program.group(2) + ".class")).exists();
    }

    /** Another version would be one that nobody has tried. */
    @Test
    void dependencies_ofThePage_haveTheVersionsThatAreTestedHere() throws IOException {
        List<String> jars = DEPENDENCY
                .matcher(Files.readString(PAGE))
                .results()
                .map((MatchResult dependency) -> dependency.group(1) + "-" + dependency.group(2) + ".jar")
                .toList();

        assertThat(jars).isNotEmpty().allSatisfy(jar -> assertThat(classPath()).contains(File.separator + jar));
    }

    private List<Diagnostic<? extends JavaFileObject>> compile(String name, String text) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> messages = new DiagnosticCollector<>();
        JavaFileObject source =
                new SimpleJavaFileObject(URI.create("memory:///" + name + ".java"), JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return text;
                    }
                };
        List<String> options = List.of("-proc:none", "--release", "17", "-d", classes.toString(), "-cp", classPath());
        compiler.getTask(null, null, messages, options, null, List.of(source)).call();
        return messages.getDiagnostics();
    }

    private static String classPath() {
        return System.getProperty("java.class.path");
    }
}
