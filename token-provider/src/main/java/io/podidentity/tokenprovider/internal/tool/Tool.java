// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.tool;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.internal.Nullable;
import io.podidentity.tokenprovider.internal.text.Environment;
import java.io.File;
import java.util.ArrayList;
import java.util.List;

/**
 * A developer tool: where it is installed, and which arguments are safe. Only absolute folders are searched, so that a
 * file of that name in the working directory is never run.
 */
public final class Tool {
    /**
     * The folders in which package managers install tools. The PATH of a program that was started from the desktop may
     * lack them.
     */
    private static final String[] USUAL_FOLDERS = {"/usr/local/bin", "/opt/homebrew/bin", "/snap/bin"};

    private final Environment environment;
    private final String name;

    public Tool(Environment environment, String name) {
        this.environment = environment;
        this.name = name;
    }

    /** The command that starts it; null if it is not installed. */
    @Nullable
    public List<String> findCommand() {
        for (String folder : folders()) {
            List<String> found = findIn(folder);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    /** The folders to search: the one that a variable names, those of the PATH, and the usual ones. */
    private List<String> folders() {
        List<String> folders = new ArrayList<>();
        String configured = environment.get("AzureCLIPath");
        if (configured != null && name.equals("az")) {
            folders.add(configured);
        }
        String path = environment.get("PATH");
        if (path != null) {
            folders.addAll(List.of(path.split(File.pathSeparator, -1)));
        } else if (!environment.windows()) {
            folders.add("/usr/bin");
        }
        addUsual(folders);
        return folders;
    }

    private void addUsual(List<String> folders) {
        if (environment.windows()) {
            addBelow(folders, "ProgramFiles", "\\Microsoft SDKs\\Azure\\CLI2\\wbin");
            addBelow(folders, "ProgramFiles(x86)", "\\Microsoft SDKs\\Azure\\CLI2\\wbin");
            addBelow(folders, "LOCALAPPDATA", "\\Programs\\Azure Dev CLI");
            addBelow(folders, "ProgramFiles", "\\PowerShell\\7");
            addBelow(folders, "SystemRoot", "\\System32\\WindowsPowerShell\\v1.0");
            return;
        }
        folders.addAll(List.of(USUAL_FOLDERS));
        folders.add(environment.home() + "/.local/bin");
    }

    private void addBelow(List<String> folders, String variable, String folder) {
        String parent = environment.get(variable);
        if (parent != null) {
            folders.add(parent + folder);
        }
    }

    private @Nullable List<String> findIn(String folder) {
        File directory = new File(folder);
        if (!directory.isAbsolute()) {
            return null;
        }
        if (!environment.windows()) {
            File file = new File(directory, name);
            return file.isFile() && file.canExecute() ? List.of(file.getPath()) : null;
        }
        if (!name.equals("az")) {
            File file = new File(directory, name + ".exe");
            return file.isFile() ? List.of(file.getPath()) : null;
        }
        if (directory.getName().equalsIgnoreCase("shims")) {
            return findAzOfScoop(directory);
        }
        return findAzOfWindows(directory);
    }

    /** Scoop's folder "shims" has a script that only starts the script of the app. */
    private static @Nullable List<String> findAzOfScoop(File shims) {
        File app = new File(shims.getParentFile(), "apps/azure-cli/current");
        List<String> found = findAzOfWindows(new File(app, "wbin"));
        if (found != null) {
            return found;
        }
        return findAzOfWindows(new File(app, "bin"));
    }

    /**
     * The command for az on Windows. Its script would need cmd.exe, which parses arguments again. The script only
     * starts Python, so the command starts Python itself: the one in the folder of the script (pip in a virtual
     * environment), or the one in the folder above (the installer, pip, conda).
     */
    private static @Nullable List<String> findAzOfWindows(File directory) {
        if (!new File(directory, "az.cmd").isFile() && !new File(directory, "az.bat").isFile()) {
            return null;
        }
        File python = new File(directory, "python.exe");
        if (!python.isFile()) {
            python = new File(directory.getParentFile(), "python.exe");
        }
        if (!python.isFile()) {
            return null;
        }
        return List.of(python.getPath(), "-IBm", "azure.cli");
    }

    /**
     * Makes sure that a value has only letters, digits and a few other characters, and that the tool cannot take it for
     * an option.
     */
    void requirePlain(String what, @Nullable String value, String marks) {
        if (value == null) {
            return;
        }
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            boolean isMark = marks.indexOf(c) >= 0 && (i > 0 || c != '-');
            boolean isLetterOrDigit = c < 128 && Character.isLetterOrDigit(c);
            if (!isLetterOrDigit && !isMark) {
                throw new TokenAcquisitionException(
                        Code.INVALID_CONFIGURATION,
                        "the " + what + " has a character that is not passed to " + name + " (at position " + i + ")",
                        "Use letters, digits and " + marks + " only.");
            }
        }
    }
}
