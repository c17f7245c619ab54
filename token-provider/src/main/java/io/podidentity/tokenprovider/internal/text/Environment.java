package io.podidentity.tokenprovider.internal.text;

import java.io.File;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the process runs in: environment variables, operating system, home folder.
 *
 * @param variables the environment variables
 * @param inherited whether they are the variables of this process, so that a child process inherits them unchanged
 * @param windows whether this is Windows
 * @param home the user's home folder; empty if unknown
 */
public record Environment(Map<String, String> variables, boolean inherited, boolean windows, String home) {

    /** The environment of this process. */
    public static Environment ofProcess() {
        return new Environment(System.getenv(), true, isWindows(), System.getProperty("user.home", ""));
    }

    /** The environment of this process, with all of its variables replaced by others. */
    public static Environment of(Map<String, String> variables) {
        return new Environment(variables, false, isWindows(), System.getProperty("user.home", ""));
    }

    /** A variable without surrounding whitespace; null if it is absent or blank, which Azure treats as the same. */
    @Nullable
    public String get(String name) {
        String value = variables.get(name);
        return value == null || value.isBlank() ? null : value.strip();
    }

    /** A copy with another value for one variable; this environment itself if the value is null. */
    public Environment with(String name, @Nullable String value) {
        if (value == null) {
            return this;
        }
        Map<String, String> changed = new HashMap<>(variables);
        changed.put(name, value);
        return new Environment(Map.copyOf(changed), false, windows, home);
    }

    /** A copy without one variable. */
    public Environment without(String name) {
        Map<String, String> changed = new HashMap<>(variables);
        changed.remove(name);
        return new Environment(Map.copyOf(changed), false, windows, home);
    }

    private static boolean isWindows() {
        return File.separatorChar == '\\';
    }
}
