// SPDX-License-Identifier: Apache-2.0
package io.podidentity.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.benchmarks.programs.LiveThreads;
import io.podidentity.benchmarks.programs.TokenProvider;
import io.podidentity.benchmarks.stub.ImdsStub;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs programs in their own processes, with only the library's jar on their class path. */
class FirstTokenIT {
    private static final int MAX_OWN_CLASSES = 45;
    /** A copy of the jar into a pod should stay quick; what a first token costs depends on the classes it loads. */
    private static final long MAX_JAR_BYTES = 380 * 1024;

    @TempDir
    private Path folder;

    @Test
    void firstToken_fromImds_loadsFewOwnClasses() throws Exception {
        Path log = folder.resolve("classes.log");

        run("-Xlog:class+load:file=" + log, TokenProvider.class.getName());

        LoadedClasses classes = LoadedClasses.of(Files.readString(log), jar());
        assertThat(classes.own()).hasSizeBetween(1, MAX_OWN_CLASSES);
    }

    @Test
    void firstToken_fromImds_leavesNoThread() throws Exception {
        String output = run(LiveThreads.class.getName(), "TokenProvider", "20000");

        assertThat(output).contains("own threads=0.0");
    }

    @Test
    void jar_byItself_isSmallAndEnough() throws Exception {
        assertThat(ClassPaths.ofBuild().jars("token-provider")).hasSize(1);
        assertThat(jar()).isRegularFile();
        assertThat(Files.size(jar())).isLessThan(MAX_JAR_BYTES);
    }

    private static Path jar() throws Exception {
        return ClassPaths.ofBuild().jars("token-provider").get(0);
    }

    private String run(String... arguments) throws Exception {
        try (ImdsStub stub = new ImdsStub()) {
            List<String> command = new ArrayList<>();
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.add("-cp");
            command.add(ClassPaths.ofBuild().with(List.of(jar())));
            command.addAll(List.of(arguments));
            ProcessBuilder builder = new ProcessBuilder(command);
            builder.environment().put("AZURE_POD_IDENTITY_AUTHORITY_HOST", stub.url());
            Path err = folder.resolve("err");
            Process process = builder.redirectError(err.toFile()).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IOException("the program failed: " + output + Files.readString(err));
            }
            return output;
        }
    }
}
