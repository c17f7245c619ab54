package io.podidentity.tokenprovider.internal.tool;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.internal.text.Ascii;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.text.Excerpt;
import io.podidentity.tokenprovider.internal.text.HelpPage;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A developer tool: where it is installed, which arguments are safe, how long it may take. It is found by looking at
 * the file system. Only absolute folders are searched, so that a file of that name in the working directory is never
 * run.
 */
public final class Tool {
    /**
     * Where package managers install it. The path of a program that was started from the desktop may lack these
     * folders.
     */
    private static final String[] USUAL_FOLDERS = {"/usr/local/bin", "/opt/homebrew/bin", "/snap/bin"};
    /** What it says where the network is not there, in small letters. */
    private static final String[] OFFLINE = {
        "max retries exceeded",
        "failed to resolve",
        "failed to establish a new connection",
        "connection aborted",
        "network connection",
        "read timed out",
        "no such host",
        "dial tcp",
        "i/o timeout",
        "tls handshake timeout",
        "name or service not known",
        "name resolution",
        "nodename nor servname",
        "network is unreachable",
        "connection refused",
        "a connection attempt failed"
    };

    private static final int MAX_REASON = 240;
    /** Longer than the slowest reported start of a healthy az. The rest of a deadline is left for other sources. */
    private static final long LIMIT_NANOS = 20_000_000_000L;
    /** For a tool that is slower on this machine, where the program allows more. */
    private static final long MAX_LIMIT_NANOS = 120_000_000_000L;

    private final Environment environment;
    private final String name;

    /** The answer to a request that names a managed identity, which is never the account that is logged in. */
    static TokenSource.Unavailable knowsNoIdentities() {
        return new TokenSource.Unavailable(
                "it has the account that is logged in, and a managed identity was named", "");
    }

    /** The answer if a program that is there does not start: the system's reason, without the path and folder again. */
    static TokenSource.Unavailable cannotBeStarted(String program, IOException e) {
        String said = String.valueOf(e.getMessage());
        int end = said.lastIndexOf("\"): ");
        String why = end < 0 ? said : said.substring(end + "\"): ".length());
        return new TokenSource.Unavailable(
                program + " cannot be started: " + Excerpt.of(why, 120),
                why.contains("No such file") ? "Install it again: the program that its first line names is gone." : "");
    }

    /** The answer of a tool that took longer than its share of the deadline. */
    static TokenSource.Silent stopped(String tool, TokenRequest request, String command) {
        long seconds = (request.deadline().orElseThrow().toMillis() + 999) / 1000;
        boolean more = limitNanos(request) < MAX_LIMIT_NANOS;
        return new TokenSource.Silent(
                tool + " did not answer in time and was stopped",
                (more ? "Allow a longer deadline than " + seconds + " s, or run '" : "Run '") + command
                        + "' to see why.");
    }

    /**
     * The answer of a tool that could not reach Entra ID, by the words that libraries of Python, Go and .NET have for
     * it; null if it says anything else.
     *
     * @param line the line of all that it said which tells most
     */
    static TokenSource.@Nullable Silent offline(String tool, String said, String line) {
        String all = said.toLowerCase(Locale.ROOT);
        for (String words : all.contains("certificate") ? new String[0] : OFFLINE) {
            if (all.contains(words)) {
                return new TokenSource.Silent(
                        tool + " could not reach Entra ID: " + Excerpt.printed(innermost(line), MAX_REASON),
                        "Check the network, the name resolution and the proxy of this machine.");
            }
        }
        return null;
    }

    /** Of an exception of Python in other ones, which each repeat the address, the words of the innermost. */
    private static String innermost(String line) {
        int start = line.lastIndexOf(">: ") + ">: ".length();
        int end = line.length();
        for (int i = end - 1; start >= ">: ".length() && i > start && ")\"'".indexOf(line.charAt(i)) >= 0; i--) {
            end = line.charAt(i) == ')' ? end : i;
        }
        return start < ">: ".length() ? line : line.substring(start, end);
    }

    /**
     * What to do about a refusal of Entra ID that a tool printed.
     *
     * @param signIn how to sign in again, if that helps
     */
    static String remedy(String said, String signIn) {
        String known = HelpPage.remedy(HelpPage.number(said), false);
        return known.isEmpty() || known.startsWith("Sign in again") ? signIn : known;
    }

    /** The tenant that a request names as an option of a command that is told to the user; nothing if it names none. */
    static String tenantOption(String option, TokenRequest request) {
        return request.tenantId().isPresent()
                ? " " + option + " " + request.tenantId().get()
                : "";
    }

    /**
     * @param name the program's name without its extension
     */
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

    /** How long the tool may take for a request, in nanoseconds; more of a longer deadline. */
    static long limitNanos(TokenRequest request) {
        long deadline = request.deadline().orElseThrow().toNanos();
        return Math.max(Math.min(LIMIT_NANOS, deadline / 5 * 4), Math.min(MAX_LIMIT_NANOS, deadline / 2));
    }

    /**
     * Rejects every value that is not made of letters, digits and a few other characters, or that the tool could take
     * for an option.
     *
     * @param what what the value is, such as {@code resource}
     * @param marks the other characters that are allowed
     * @throws TokenAcquisitionException if the value has any other character, or begins with {@code -}
     */
    void requirePlain(String what, @Nullable String value, String marks) {
        for (int i = 0; value != null && i < value.length(); i++) {
            char c = value.charAt(i);
            boolean mark = marks.indexOf(c) >= 0 && (i > 0 || c != '-');
            if (!Ascii.isLetterOrDigit(c) && !mark) {
                throw new TokenAcquisitionException(
                        Code.INVALID_CONFIGURATION,
                        "the " + what + " has a character that is not passed to " + name + " (at position " + i + ")",
                        "Use letters, digits and " + marks + " only.",
                        null);
            }
        }
    }
}
