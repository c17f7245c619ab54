// SPDX-License-Identifier: Apache-2.0
package io.podidentity.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A server in a process of its own, so that its work is not counted as that of the programs it serves.
 *
 * @param line its first line of output, which says where it is
 */
record ServerProcess(Process process, String line) implements AutoCloseable {

    static ServerProcess start(List<String> words, ProcessBuilder.Redirect errors) throws IOException {
        Process process = new ProcessBuilder(words).redirectError(errors).start();
        String line = process.inputReader(StandardCharsets.UTF_8).readLine();
        if (line == null) {
            throw new IOException("did not start: " + String.join(" ", words));
        }
        return new ServerProcess(process, line);
    }

    /** The address or file of this name, where the line is an object of JSON. */
    String address(String name) throws IOException {
        Matcher matcher = Pattern.compile("\"" + name + "\":\"([^\"]*)\"").matcher(line);
        if (!matcher.find()) {
            throw new IOException("the emulator does not name its " + name);
        }
        return matcher.group(1);
    }

    @Override
    public void close() {
        AppServer.end(process);
    }
}
