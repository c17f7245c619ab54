package io.podidentity.benchmarks;

/**
 * What a JVM loaded, by its log of {@code class+load}.
 *
 * @param all all classes
 * @param fromClassPath those from jars and folders, and not from the JDK
 * @param own those of the token provider
 */
public record LoadedClasses(int all, int fromClassPath, int own) {
    static final String OWN = " io.podidentity.tokenprovider.";

    /** Counts them. */
    public static LoadedClasses of(String log) {
        int all = 0;
        int fromClassPath = 0;
        int own = 0;
        for (String line : log.lines().toList()) {
            if (line.contains(" source: ")) {
                all++;
                fromClassPath += line.contains(" source: file:") ? 1 : 0;
                own += line.contains(OWN) ? 1 : 0;
            }
        }
        return new LoadedClasses(all, fromClassPath, own);
    }
}
