package io.podidentity.tokenprovider;

import java.io.File;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the Azure CLI by looking at the file system. Only absolute folders count, so that a file of that name in the
 * working directory is never run.
 */
final class AzureCliProgram {
    /** Where package managers put it; a program that was started from a desktop has not all of them on its path. */
    private static final String[] USUAL_FOLDERS = {"/usr/local/bin", "/opt/homebrew/bin", "/snap/bin"};

    private final Environment environment;

    AzureCliProgram(Environment environment) {
        this.environment = environment;
    }

    /** The words that start it; null if it is not installed. */
    @Nullable
    List<String> find() {
        String configured = environment.get("AzureCLIPath");
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
        String path = environment.get(environment.windows() ? "Path" : "PATH");
        return path == null && !environment.windows() ? "/usr/bin" : path;
    }

    private List<String> usualFolders() {
        List<String> folders = new ArrayList<>();
        if (environment.windows()) {
            for (String variable : new String[] {"ProgramFiles", "ProgramFiles(x86)"}) {
                String programs = environment.get(variable);
                if (programs != null) {
                    folders.add(programs + "\\Microsoft SDKs\\Azure\\CLI2\\wbin");
                }
            }
            return folders;
        }
        for (String folder : USUAL_FOLDERS) {
            folders.add(folder);
        }
        folders.add(environment.home() + "/.local/bin");
        return folders;
    }

    private @Nullable List<String> in(String folder) {
        File directory = new File(folder);
        if (!directory.isAbsolute()) {
            return null;
        }
        if (!environment.windows()) {
            File az = new File(directory, "az");
            return az.isFile() && az.canExecute() ? List.of(az.getPath()) : null;
        }
        // az.cmd would need cmd.exe, which reads arguments anew; it only starts the Python beside it, and so do we.
        File python = new File(directory.getParentFile(), "python.exe");
        boolean installed = new File(directory, "az.cmd").isFile() && python.isFile();
        return installed ? List.of(python.getPath(), "-IBm", "azure.cli") : null;
    }
}
