// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.text;

import io.podidentity.tokenprovider.internal.Nullable;
import java.io.File;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the process runs in: environment variables, operating system, home folder.
 *
 * @param variables the environment variables
 * @param inherited whether they are the variables of this process, so that a child process inherits them unchanged
 * @param windows whether this is Windows
 * @param home the user's home folder; empty if unknown
 */
public record Environment(Map<String, String> variables, boolean inherited, boolean windows, String home) {

    public static Environment ofProcess() {
        return of(System.getenv(), true, isWindows());
    }

    /** The environment of this process, with all of its variables replaced by others. */
    public static Environment of(Map<String, String> variables) {
        return of(variables, false, isWindows());
    }

    /** Takes the home folder from a variable, as the developer tools do. It can differ from that of the account. */
    static Environment of(Map<String, String> variables, boolean inherited, boolean windows) {
        Environment ofAccount = new Environment(variables, inherited, windows, System.getProperty("user.home", ""));
        String home = ofAccount.get(windows ? "USERPROFILE" : "HOME");
        if (home == null || !new File(home).isAbsolute()) {
            return ofAccount;
        }
        return new Environment(variables, inherited, windows, home);
    }

    /** A variable without surrounding whitespace; null if it is absent or blank, which Azure treats as the same. */
    @Nullable
    public String get(String name) {
        String value = getRaw(name);
        if (value == null || value.isBlank()) {
            return null;
        }
        return value.strip();
    }

    /** A variable as it is; null if it is absent. On Windows the case of names does not matter. */
    public @Nullable String getRaw(String name) {
        String value = variables.get(name);
        if (value != null || !windows) {
            return value;
        }
        for (Map.Entry<String, String> variable : variables.entrySet()) {
            if (variable.getKey().equalsIgnoreCase(name)) {
                return variable.getValue();
            }
        }
        return null;
    }

    /** The names of those of these variables that are not set. */
    public List<String> findUnset(String... names) {
        List<String> unset = new ArrayList<>();
        for (String name : names) {
            if (get(name) == null) {
                unset.add(name);
            }
        }
        return unset;
    }

    /** A copy with another value for one variable; this environment itself if the value is null. */
    public Environment with(String name, @Nullable String value) {
        if (value == null) {
            return this;
        }
        Map<String, String> changed = allBut(name);
        changed.put(name, value);
        return new Environment(Map.copyOf(changed), false, windows, home);
    }

    public Environment without(String name) {
        return new Environment(Map.copyOf(allBut(name)), false, windows, home);
    }

    private Map<String, String> allBut(String name) {
        Map<String, String> others = new HashMap<>(variables);
        others.remove(name);
        if (windows) {
            others.keySet().removeIf(name::equalsIgnoreCase);
        }
        return others;
    }

    private static boolean isWindows() {
        return File.separatorChar == '\\';
    }

    /** Names alone: some of the values are secrets. */
    @Override
    public String toString() {
        return variables.keySet().toString();
    }
}
