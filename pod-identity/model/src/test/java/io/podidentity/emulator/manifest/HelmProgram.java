// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.manifest;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.TemplateCommand;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.stream.Collectors;

/** The real Helm's {@code helm template}, as a program for the search path; that of Maven Central is a library. */
final class HelmProgram {

    private HelmProgram() {}

    /** Puts {@code helm} into the folder, and gives that. */
    static Path in(Path folder) throws IOException {
        String own = HelmProgram.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .getPath();
        String path = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(one -> one.contains("helm-java") || one.contains("jna"))
                .collect(Collectors.joining(File.pathSeparator, own + File.pathSeparator, ""));
        Path program = Files.writeString(Files.createDirectories(folder).resolve("helm"), """
                #!/bin/sh
                exec '%s' -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp '%s' %s "$@"
                """.formatted(
                        Path.of(System.getProperty("java.home"), "bin", "java"), path, HelmProgram.class.getName()));
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        return folder;
    }

    /** {@code template NAME CHART} and options of {@code helm}. */
    public static void main(String[] arguments) {
        TemplateCommand template = new Helm(Path.of(arguments[2])).template().withName(arguments[1]);
        for (int i = 3; i < arguments.length; i += 2) {
            String value = arguments[i + 1];
            switch (arguments[i]) {
                case "--namespace" -> template.withNamespace(value);
                case "--values" -> template.withValuesFile(Path.of(value.equals("-") ? "/dev/stdin" : value));
                // The library takes a plain value, and escapes it.
                case "--set" ->
                    template.set(
                            value.replaceFirst("=.*", ""),
                            value.replaceFirst("[^=]*=", "").replace("\\,", ","));
                default -> throw new IllegalArgumentException(arguments[i]);
            }
        }
        try {
            System.out.print(template.call());
        } catch (IllegalStateException e) {
            System.err.println("Error: " + e.getMessage());
            System.exit(1);
        }
    }
}
