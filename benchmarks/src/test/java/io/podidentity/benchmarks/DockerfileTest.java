// SPDX-License-Identifier: Apache-2.0
package io.podidentity.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.podidentity.benchmarks.AppForms.Dockerfile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DockerfileTest {
    @TempDir
    Path folder;

    @Test
    void words_ofSeveral_areTheLastOnesAcrossLines() throws IOException {
        Path file = Files.writeString(
                folder.resolve("Dockerfile"),
                "FROM a\nRUN [\"java\", \"-a\"]\nENTRYPOINT [\"java\", \"-first\"]\n# RUN [\"java\", \"-no\"]\n"
                        + "ENTRYPOINT [\"java\", \"-last\", \\\n     \"-jar\", \"a.jar\"]\n");

        assertThat(Dockerfile.read(file).words("ENTRYPOINT", "java")).containsExactly("java", "-last", "-jar", "a.jar");
        assertThat(Dockerfile.read(file).words("ENTRYPOINT", "-first")).containsExactly("java", "-first");
        assertThat(Dockerfile.read(file).words("RUN", "java")).containsExactly("java", "-a");
        assertThatThrownBy(() -> Dockerfile.read(file).words("RUN", "-no"))
                .hasMessage("The Dockerfile has no RUN with -no");
    }

    @Test
    void words_ofTheDemosOwn_haveWhatTheBenchmarksLookFor() throws IOException {
        Dockerfile dockerfile = Dockerfile.read(Path.of("..", "demo-app", "src", "image", "Dockerfile"));

        assertThat(dockerfile.words("RUN", "jlink")).contains("--output", "/opt/java");
        assertThat(dockerfile.words("RUN", "-Xshare:dump")).startsWith("/opt/java/bin/java");
        assertThat(dockerfile.words("RUN", "Train")).endsWith("-jar", "demo-app.jar");
        assertThat(dockerfile.words("ENTRYPOINT", "-XX:AOTCache=/app/demo-app.aot"))
                .startsWith("java")
                .endsWith("-jar", "demo-app.jar");
    }
}
