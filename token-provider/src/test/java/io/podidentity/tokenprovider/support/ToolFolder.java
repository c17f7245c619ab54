// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.support;

import io.podidentity.tokenprovider.internal.text.Environment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** A folder with programs of a test's own, and an environment in which they are found. */
public final class ToolFolder {
    private final Path folder;

    public ToolFolder(Path folder) {
        this.folder = folder;
    }

    /** A program that exists and is never run. */
    public Path install(String name) {
        return install(name, "");
    }

    /** A shell script. */
    public Path install(String name, String script) {
        try {
            Path program = Files.writeString(folder.resolve(name), "#!/bin/sh\n" + script);
            if (!program.toFile().setExecutable(true)) {
                throw new IOException(program + " cannot be made executable");
            }
            return program;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An environment whose path is the folder alone, where a home folder is that nobody has. */
    public Environment environment(Map<String, String> more) {
        Map<String, String> variables = new HashMap<>(more);
        variables.put("PATH", folder.toString());
        variables.put("Path", folder.toString());
        return new Environment(variables, false, false, "/nowhere");
    }
}
