// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.manifest;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The values with which {@code helm template} renders a chart, as arguments: what comes later overrules what comes
 * before. Not thread-safe.
 */
final class HelmValues {

    private final Path repository;
    private final List<String> arguments = new ArrayList<>();
    private String standardInput = "";

    /** @param repository the root of the clone, in which all files must be */
    HelmValues(Path repository) {
        this.repository = repository;
    }

    /** @throws IOException if the file is not one of the repository; the message is the end of a sentence */
    void addFile(Path file) throws IOException {
        if (!file.startsWith(repository)) {
            throw new IOException("with values of a file that is not in its repository");
        }
        arguments.add("--values");
        arguments.add(file.toString());
    }

    /** Adds values that helm reads from its standard input; called once at most. */
    void addText(String yaml) {
        arguments.add("--values");
        arguments.add("-");
        standardInput = yaml;
    }

    void addParameter(String name, String value, boolean isString) {
        arguments.add(isString ? "--set-string" : "--set");
        // A comma would begin the next parameter.
        arguments.add(name + "=" + value.replaceAll("(?<!\\\\),", "\\\\,"));
    }

    List<String> arguments() {
        return arguments;
    }

    String standardInput() {
        return standardInput;
    }
}
