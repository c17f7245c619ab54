package io.podidentity.tokenprovider.internal.tool;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.internal.text.Environment;
import java.io.File;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A developer tool: where it is installed, and which arguments are safe. It is found by looking at the file system.
 * Only absolute folders are searched, so that a file of that name in the working directory is never run.
 */
public final class Tool {
    /**
     * Where package managers install it. The path of a program that was started from the desktop may lack these
     * folders.
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
    public List<String> find() {
        String configured = name.equals("az") ? environment.get("AzureCLIPath") : null;
        List<String> found = configured == null ? null : in(configured);
        String path = path();
        for (int start = 0; found == null && path != null && start <= path.length(); ) {
            int end = path.indexOf(File.pathSeparatorChar, start);
            end = end < 0 ? path.length() : end;
            found = in(path.substring(start, end));
            start = end + 1;
        }
        for (String folder : usualFolders()) {
            found = found == null ? in(folder) : found;
        }
        return found;
    }

    private @Nullable String path() {
        String path = environment.get("PATH");
        return path == null && !environment.windows() ? "/usr/bin" : path;
    }

    private List<String> usualFolders() {
        List<String> folders = new ArrayList<>();
        if (environment.windows()) {
            addBelow(folders, "ProgramFiles", "\\Microsoft SDKs\\Azure\\CLI2\\wbin");
            addBelow(folders, "ProgramFiles(x86)", "\\Microsoft SDKs\\Azure\\CLI2\\wbin");
            addBelow(folders, "LOCALAPPDATA", "\\Programs\\Azure Dev CLI");
            addBelow(folders, "ProgramFiles", "\\PowerShell\\7");
            addBelow(folders, "SystemRoot", "\\System32\\WindowsPowerShell\\v1.0");
            return folders;
        }
        for (String folder : USUAL_FOLDERS) {
            folders.add(folder);
        }
        folders.add(environment.home() + "/.local/bin");
        return folders;
    }

    private void addBelow(List<String> folders, String variable, String folder) {
        String parent = environment.get(variable);
        if (parent != null) {
            folders.add(parent + folder);
        }
    }

    private @Nullable List<String> in(String folder) {
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
        if (!directory.getName().equalsIgnoreCase("shims")) {
            return azOfWindows(directory);
        }
        // Scoop's folder of scripts has one that only starts that of the app.
        File app = new File(directory.getParentFile(), "apps/azure-cli/current");
        List<String> found = azOfWindows(new File(app, "wbin"));
        return found == null ? azOfWindows(new File(app, "bin")) : found;
    }

    /**
     * The script needs cmd.exe, which parses arguments again. It only starts a Python, so we start that: the one beside
     * the script (pip in a virtual environment) or in the folder above (the installer, pip, conda).
     */
    private static @Nullable List<String> azOfWindows(File directory) {
        if (!new File(directory, "az.cmd").isFile() && !new File(directory, "az.bat").isFile()) {
            return null;
        }
        File python = new File(directory, "python.exe");
        python = python.isFile() ? python : new File(directory.getParentFile(), "python.exe");
        return python.isFile() ? List.of(python.getPath(), "-IBm", "azure.cli") : null;
    }

    /**
     * Rejects every value that is not made of letters, digits and a few other characters, or that the tool could take
     * for an option.
     */
    void requirePlain(String what, @Nullable String value, String marks) {
        for (int i = 0; value != null && i < value.length(); i++) {
            char c = value.charAt(i);
            boolean mark = marks.indexOf(c) >= 0 && (i > 0 || c != '-');
            boolean letterOrDigit = c < 128 && Character.isLetterOrDigit(c);
            if (!letterOrDigit && !mark) {
                throw new TokenAcquisitionException(
                        Code.INVALID_CONFIGURATION,
                        "the " + what + " has a character that is not passed to " + name + " (at position " + i + ")",
                        "Use letters, digits and " + marks + " only.");
            }
        }
    }
}
