package io.podidentity.benchmarks;

import io.podidentity.benchmarks.process.Jdk;
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
        StringBuilder text = new StringBuilder("# ")
                .append(LocalDate.now(ZoneOffset.UTC))
                .append(", JDK ")
                .append(jdk.version())
                .append(quick ? ", quick" : "")
                .append("\n\n- ")
                .append(Runtime.getRuntime().availableProcessors())
                .append(" processors, ")
                .append(first("/proc/cpuinfo", "model name"))
                .append(", ")
                .append(first("/proc/meminfo", "MemTotal"))
                .append("\n- ")
                .append(first("/etc/os-release", "PRETTY_NAME"))
                .append(", Linux ")
                .append(System.getProperty("os.version"))
                .append(", load before the run ")
                .append(Files.readString(Path.of("/proc/loadavg")).split(" ", 2)[0])
                .append('\n');
        for (Map.Entry<String, String> version : versions(jars).entrySet()) {
            text.append("- ")
                    .append(version.getKey())
                    .append(' ')
                    .append(version.getValue())
                    .append('\n');
        }
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
