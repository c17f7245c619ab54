package io.podidentity.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Describes the machine that a run was measured on. */
final class Machine {
    private Machine() {}

    static String describe(Jdk jdk, boolean quick, List<Path> jars) throws IOException {
        StringBuilder text = new StringBuilder("""
                # %s, JDK %s%s

                - %d processors, %s, %s
                - %s, Linux %s, load before the run %s
                """.formatted(
                        LocalDate.now(ZoneOffset.UTC),
                        jdk.version(),
                        quick ? ", quick" : "",
                        Runtime.getRuntime().availableProcessors(),
                        first("/proc/cpuinfo", "model name"),
                        first("/proc/meminfo", "MemTotal"),
                        first("/etc/os-release", "PRETTY_NAME"),
                        System.getProperty("os.version"),
                        Files.readString(Path.of("/proc/loadavg")).split(" ", 2)[0]));
        versions(jars).forEach((peer, version) -> text.append("- " + peer + " " + version + "\n"));
        return text.toString();
    }

    /** The peers' versions, from the names of their jars. */
    private static Map<String, String> versions(List<Path> jars) {
        Map<String, String> versions = new TreeMap<>();
        for (Path jar : jars) {
            String file = jar.getFileName().toString();
            for (String peer : new String[] {"azure-identity", "azure-core", "msal4j", "jmh-core"}) {
                String rest = file.startsWith(peer + "-") ? file.substring(peer.length() + 1) : "";
                if (!rest.isEmpty() && Character.isDigit(rest.charAt(0))) {
                    versions.put(peer, rest.replace(".jar", ""));
                }
            }
        }
        return versions;
    }

    private static String first(String file, String name) throws IOException {
        for (String line : Files.readAllLines(Path.of(file))) {
            if (line.toLowerCase(Locale.ROOT).startsWith(name.toLowerCase(Locale.ROOT))) {
                return line.substring(line.indexOf(line.contains("=") ? '=' : ':') + 1)
                        .replace("\"", "")
                        .strip();
            }
        }
        return "unknown";
    }
}
