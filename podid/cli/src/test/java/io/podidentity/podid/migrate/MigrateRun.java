// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate;

import io.podidentity.podid.check.CheckCommand;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import picocli.CommandLine;

/** One run of the command, as a user sees it. */
record MigrateRun(int exitCode, String out, String err) {

    static MigrateRun run(String... arguments) {
        return run(new MigrateCommand(), arguments);
    }

    static MigrateRun check(Path folder, String profile) {
        return run(new CheckCommand(), "--profile", profile, folder.toString());
    }

    private static MigrateRun run(Object command, String... arguments) {
        var out = new StringWriter();
        var err = new StringWriter();
        var line = new CommandLine(command).setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        line.setParameterExceptionHandler((failure, all) -> {
            failure.getCommandLine().getErr().println("podid: " + failure.getMessage());
            return 2;
        });
        int exitCode = line.execute(arguments);
        return new MigrateRun(exitCode, out.toString(), err.toString());
    }

    static MigrateRun runWith(String standardInput, String... arguments) {
        InputStream before = System.in;
        System.setIn(new ByteArrayInputStream(standardInput.getBytes(StandardCharsets.UTF_8)));
        try {
            return run(arguments);
        } finally {
            System.setIn(before);
        }
    }

    /** All files below a folder, by their names in it. */
    static TreeMap<String, String> files(Path folder) throws IOException {
        var files = new TreeMap<String, String>();
        if (Files.notExists(folder)) {
            return files;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                files.put(folder.relativize(file).toString(), Files.readString(file));
            }
        }
        return files;
    }

    static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> all = Files.walk(folder)) {
                all.sorted(Comparator.reverseOrder()).forEach(MigrateRun::deleteFile);
            }
        }
    }

    private static void deleteFile(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<Path> fixtures() throws IOException {
        try (Stream<Path> all = Files.list(Path.of("src", "test", "resources", "migrate"))) {
            return all.sorted().toList();
        }
    }
}
