package io.podidentity.tokenprovider.internal.text;

import java.io.File;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the process finds around it: environment variables, the operating system, the home folder.
 *
 * @param variables the environment variables
 * @param inherited whether they are the process's own, so that a child process inherits them as they are
 * @param windows whether this is Windows
 * @param home the user's home folder; empty when unknown
 */
public record Environment(Map<String, String> variables, boolean inherited, boolean windows, String home) {

    /** The process's own. */
    public static Environment ofProcess() {
        return new Environment(System.getenv(), true, isWindows(), System.getProperty("user.home", ""));
    }

    /** The process's own, with other variables in place of all of its. */
    public static Environment of(Map<String, String> variables) {
        return new Environment(variables, false, isWindows(), System.getProperty("user.home", ""));
    }

    /** A variable without the blanks around it; null when it is absent or blank, which Azure treats alike. */
    @Nullable
    public String get(String name) {
        String value = variables.get(name);
        return value == null || value.isBlank() ? null : value.strip();
    }

    /** The same with another value of a variable; itself if there is no value. */
    public Environment with(String name, @Nullable String value) {
        if (value == null) {
            return this;
        }
        Map<String, String> changed = new HashMap<>(variables);
        changed.put(name, value);
        return new Environment(Map.copyOf(changed), false, windows, home);
    }

    /** The same without a variable. */
    public Environment without(String name) {
        Map<String, String> changed = new HashMap<>(variables);
        changed.remove(name);
        return new Environment(Map.copyOf(changed), false, windows, home);
    }

    private static boolean isWindows() {
        return File.separatorChar == '\\';
    }
}
