// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.manifest;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The programs that make manifests, kubectl and helm, where they are on the search path. They are started by their
 * absolute path, without a shell, and never from the working directory.
 *
 * @param searchPath folders, as PATH has them
 * @param kustomizeOptions what kubectl kustomize is told before the folder
 * @param allowsRemote whether kubectl may fetch what a kustomization names of other machines
 */
record Tools(String searchPath, List<String> kustomizeOptions, boolean allowsRemote) {

    private static final long LIMIT_SECONDS = 60;
    private static final int MAX_ERROR = 64 * 1024;

    Tools(String searchPath) {
        this(searchPath, List.of(), false);
    }

    Tools with(String loadRestrictor) {
        return new Tools(searchPath, List.of("--load-restrictor=" + loadRestrictor), allowsRemote);
    }

    /** Lets kubectl fetch what kustomizations name of other machines. */
    Tools withRemote() {
        return new Tools(searchPath, kustomizeOptions, true);
    }

    static Tools ofEnvironment() {
        return new Tools(Optional.ofNullable(System.getenv("PATH")).orElse(""));
    }

    Optional<Path> find(String program) {
        return Arrays.stream(searchPath.split(File.pathSeparator, -1))
                .flatMap(Tools::folder)
                .flatMap(folder -> Stream.of(folder.resolve(program), folder.resolve(program + ".exe")))
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                .findFirst();
    }

    private static Stream<Path> folder(String name) {
        try {
            return Stream.of(Path.of(name)).filter(Path::isAbsolute);
        } catch (InvalidPathException e) {
            return Stream.empty();
        }
    }

    /**
     * What a program on the search path prints.
     *
     * @param input what it reads
     * @throws IOException if it is not there, fails, prints too much or takes longer than a minute; the message says
     *     which, as the end of a sentence
     */
    String render(String program, List<String> arguments, String input) throws IOException {
        // Values that are set may be secrets.
        String command = program
                + arguments.stream()
                        .takeWhile(argument -> !argument.startsWith("--set"))
                        .collect(Collectors.joining(" ", " ", ""));
        Path tool = find(program)
                .orElseThrow(() -> new IOException("and " + program + " is not on the PATH. Where it is, run: "
                        + command + ", and pipe its output to podid with - as the path"));
        try {
            return run(tool, arguments, input);
        } catch (IOException e) {
            String more = String.valueOf(e.getMessage()).contains("security; file")
                    ? ". --load-restrictor LoadRestrictionsNone lets it read files outside of its folder"
                    : "";
            throw new IOException("but \"" + command + "\" fails: " + e.getMessage() + more, e);
        }
    }

    private static String run(Path program, List<String> arguments, String input) throws IOException {
        var command = new ArrayList<String>();
        command.add(program.toString());
        command.addAll(arguments);
        Process process = new ProcessBuilder(command).start();
        try {
            write(input, process.getOutputStream());
            CompletableFuture<byte[]> errors =
                    CompletableFuture.supplyAsync(() -> start(process.getErrorStream(), MAX_ERROR));
            CompletableFuture<byte[]> output =
                    CompletableFuture.supplyAsync(() -> start(process.getInputStream(), ManifestFiles.MAX_BYTES + 1));
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("it took longer than " + LIMIT_SECONDS + " s");
            }
            if (process.exitValue() != 0) {
                throw new IOException(
                        text(errors.join()).strip().lines().findFirst().orElse("it says nothing"));
            }
            if (output.join().length > ManifestFiles.MAX_BYTES) {
                throw new IOException("it prints more than 1 GiB");
            }
            return text(output.join());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("it was interrupted", e);
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    /** A program that does not read all of it says itself why. */
    private static void write(String input, OutputStream out) {
        try (out) {
            out.write(input.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            return;
        }
    }

    private static byte[] start(InputStream in, int most) {
        try {
            byte[] start = in.readNBytes(most);
            in.transferTo(OutputStream.nullOutputStream());
            return start;
        } catch (IOException e) {
            return new byte[0];
        }
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
