package io.podidentity.tokenprovider.internal.tool;

/**
 * How a program ended.
 *
 * @param timedOut whether it was killed because it took too long
 * @param exitCode its exit code; -1 if it was killed
 * @param stdout the beginning of its standard output; may contain a token
 * @param stderr the beginning of its standard error
 */
public record ProcessResult(boolean timedOut, int exitCode, String stdout, String stderr) {
    @Override
    public String toString() {
        return (timedOut ? "killed" : "exit " + exitCode) + " with " + stdout.length() + " characters";
    }
}
