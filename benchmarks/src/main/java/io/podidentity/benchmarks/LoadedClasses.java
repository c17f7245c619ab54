package io.podidentity.benchmarks;

import java.util.ArrayList;
import java.util.List;

/**
 * What a JVM loaded, by its log of {@code class+load}.
 *
 * @param all all classes
 * @param fromClassPath those from jars and folders, and not from the JDK
 * @param own the names of those of the token provider, in their order
 */
public record LoadedClasses(int all, int fromClassPath, List<String> own) {
    private static final String OWN = "io.podidentity.tokenprovider.";

    /** Counts them. */
    public static LoadedClasses of(String log) {
        int all = 0;
        int fromClassPath = 0;
        List<String> own = new ArrayList<>();
        for (String line : log.lines().toList()) {
            if (line.contains(" source: ")) {
                all++;
                fromClassPath += line.contains(" source: file:") ? 1 : 0;
                String name = line.substring(
                        line.lastIndexOf(' ', line.indexOf(" source: ") - 1) + 1, line.indexOf(" source: "));
                if (name.startsWith(OWN)) {
                    own.add(name);
                }
            }
        }
        return new LoadedClasses(all, fromClassPath, own);
    }
}
