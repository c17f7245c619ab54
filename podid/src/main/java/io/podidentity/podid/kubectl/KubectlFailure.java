package io.podidentity.podid.kubectl;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Why kubectl did not do what it was asked.
 *
 * @param message what kubectl said, its first lines; never a token
 * @param denied who may not do what, if that is why
 */
public record KubectlFailure(Kind kind, String message, Optional<Denied> denied) {

    /** The kinds that ask for different remedies. */
    public enum Kind {
        /** There is no kubectl on the PATH. */
        NO_PROGRAM,
        /** No kubeconfig, no such context, or nothing answers at the server's address. */
        NO_CLUSTER,
        /** The cluster does not know the user, or the program that signs in failed. */
        NOT_SIGNED_IN,
        /** The user is known and may not do it. */
        FORBIDDEN,
        /** There is no such object, or no such kind. */
        NOT_FOUND,
        /** It took too long: a cluster that does not answer, or a sign-in that waits for somebody. */
        TIMED_OUT,
        OTHER
    }

    /**
     * What a role would have to allow.
     *
     * @param resource with its subresource, such as {@code serviceaccounts/token}
     * @param group empty for the core one
     * @param namespace empty for the whole cluster
     */
    public record Denied(String user, String verb, String resource, String group, String namespace) {}

    private static final Pattern DENIED = Pattern.compile("User \"([^\"]*)\" cannot (\\S+) resource \"([^\"]*)\" in API"
            + " group \"([^\"]*)\"(?: in the namespace \"([^\"]*)\")?");
    private static final Pattern NOT_FOUND =
            Pattern.compile("\\(NotFound\\)|doesn't have a resource type|could not find the requested resource");
    private static final Pattern NOT_SIGNED_IN = Pattern.compile(
            "must be logged in|\\(Unauthorized\\)|Unauthorized$|getting credentials|exec plugin|executable \\S+ not found|AADSTS\\d+|az login"
                    + "|please log ?in",
            Pattern.CASE_INSENSITIVE | Pattern.MULTILINE);
    private static final Pattern NO_CLUSTER = Pattern.compile(
            "connection (?:to the server \\S+ )?was refused|connection refused|no such host|"
                    + "context \"[^\"]*\" does not exist|context was not found|cannot locate context|current-context must exist|no configuration has been provided|"
                    + "unable to connect to the server|i/o timeout|network is unreachable|error loading config file|"
                    + "current-context is not set|server gave HTTP response to HTTPS client",
            Pattern.CASE_INSENSITIVE);

    static KubectlFailure noProgram() {
        return new KubectlFailure(
                Kind.NO_PROGRAM, "kubectl is not on the PATH (only absolute folders of it count)", Optional.empty());
    }

    static KubectlFailure timedOut(long seconds, List<String> said) {
        String more = said.isEmpty() ? "" : ": " + String.join("\n", said);
        return new KubectlFailure(
                Kind.TIMED_OUT, "kubectl did not end within " + seconds + " s" + more, Optional.empty());
    }

    static KubectlFailure other(String message) {
        return new KubectlFailure(Kind.OTHER, message, Optional.empty());
    }

    /** By what kubectl printed on standard error. */
    static KubectlFailure of(List<String> said) {
        String text = said.isEmpty() ? "kubectl failed and said nothing" : String.join("\n", said);
        Matcher denied = DENIED.matcher(text);
        if (denied.find()) {
            String namespace = denied.group(5);
            return new KubectlFailure(
                    Kind.FORBIDDEN,
                    text,
                    Optional.of(new Denied(
                            denied.group(1),
                            denied.group(2),
                            denied.group(3),
                            denied.group(4),
                            namespace == null ? "" : namespace)));
        }
        return new KubectlFailure(kind(text), text, Optional.empty());
    }

    private static Kind kind(String text) {
        if (text.contains("(Forbidden)")) {
            return Kind.FORBIDDEN;
        }
        if (NOT_FOUND.matcher(text).find()) {
            return Kind.NOT_FOUND;
        }
        if (NOT_SIGNED_IN.matcher(text).find()) {
            return Kind.NOT_SIGNED_IN;
        }
        return NO_CLUSTER.matcher(text).find() ? Kind.NO_CLUSTER : Kind.OTHER;
    }
}
