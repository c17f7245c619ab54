// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * For the folder: runs commands of podid, each of which lists the classes that it loads. What they find in the files
 * does not matter, so that 1 is as good an exit code as 0. Its arguments: the folder's java, podid.jar, and where the
 * lists go.
 */
public final class Training {
    /** The commands, by the names of their lists. */
    private static final Map<String, String> COMMANDS = Map.of(
            "version", "--version",
            "help", "--help",
            "check-help", "check --help",
            "check", "check src/test/resources/check",
            "explain", "explain src/test/resources/healthy",
            "explain-ill", "explain src/test/resources/check");

    private Training() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path lists = Path.of(arguments[2]);
        for (Map.Entry<String, String> command : COMMANDS.entrySet()) {
            List<String> words = new ArrayList<>(List.of(
                    arguments[0],
                    "-Xshare:off",
                    "-XX:DumpLoadedClassList=" + lists.resolve(command.getKey() + ".list"),
                    "-jar",
                    arguments[1]));
            words.addAll(List.of(command.getValue().split(" ", -1)));
            Path output = lists.resolve(command.getKey() + ".txt");
            int exitCode = new ProcessBuilder(words)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start()
                    .waitFor();
            if (exitCode > 1) {
                throw new IOException("podid " + command.getValue() + " ended with " + exitCode + ": see " + output);
            }
        }
    }
}
