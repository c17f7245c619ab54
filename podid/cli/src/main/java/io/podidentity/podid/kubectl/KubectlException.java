// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.kubectl;

import io.podidentity.podid.text.ShellWord;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** kubectl did not do what it was asked. The message is what kubectl said, its first lines, and never a token. */
@SuppressWarnings("serial")
public final class KubectlException extends Exception {

    /** kubectl prints a line for each kind that it may not list, so a message needs many lines. */
    private static final int FIRST_LINES = 32;

    private static final Pattern DENIED = Pattern.compile("User \"([^\"]*)\" cannot (\\S+) resource \"([^\"]*)\" in API"
            + " group \"([^\"]*)\"(?: in the namespace \"([^\"]*)\")?");

    /** How kubectl begins a line about a failure. */
    private static final Pattern FAILURE = Pattern.compile("(error:|Error from|Unable to connect|The connection) .*");

    private final Kind kind;
    private final List<Denied> denied;

    /** The kinds that ask for different remedies, by what kubectl says on standard error. */
    public enum Kind {
        /** There is no kubectl on the PATH. */
        NO_PROGRAM("Install kubectl (az aks install-cli), and sign in to the cluster: az aks get-credentials"
                + " --resource-group GROUP --name CLUSTER; or give what another machine's kubectl prints to"
                + " podid check -"),
        /** The user is known and may not do it. */
        FORBIDDEN("\\(Forbidden\\)|User \"[^\"]*\" cannot", "Ask the administrators of the cluster for that right."),
        /** There is no such object, or no such kind. */
        NOT_FOUND("\\(NotFound\\)|doesn't have a resource type|could not find the requested resource", ""),
        /** The cluster does not know the user, or the program that signs in failed. */
        NOT_SIGNED_IN(
                "must be logged in|\\(Unauthorized\\)|Unauthorized$|getting credentials|exec plugin"
                        + "|executable \\S+ not found|AADSTS\\d+|az login|please log ?in",
                "Sign in as for kubectl itself: az login (with kubelogin: kubelogin convert-kubeconfig -l azurecli)"),
        /** No kubeconfig, no such context, or nothing answers at the server's address. */
        NO_CLUSTER(
                "connection (?:to the server \\S+ )?was refused|connection refused|no such host"
                        + "|context \"[^\"]*\" does not exist|context was not found|cannot locate context"
                        + "|current-context must exist|no configuration has been provided"
                        + "|unable to connect to the server|i/o timeout|network is unreachable"
                        + "|error loading config file|current-context is not set"
                        + "|server gave HTTP response to HTTPS client",
                "Choose a cluster: kubectl config get-contexts, then --context NAME; or fetch one: az aks"
                        + " get-credentials --resource-group GROUP --name CLUSTER"),
        /** It took too long: a cluster that does not answer, or a sign-in that waits for somebody. */
        TIMED_OUT("Is the cluster reachable from here (VPN, authorized IP ranges)? Does its sign-in wait for you? Run"
                + " kubectl get pods once by itself."),
        /** Anything else. */
        OTHER("Run it by itself to see more.");

        private final Optional<Pattern> sign;
        private final String remedy;

        /** A kind that podid knows without a text of kubectl. */
        Kind(String remedy) {
            this.sign = Optional.empty();
            this.remedy = remedy;
        }

        /** @param sign a pattern of what kubectl says for this kind */
        Kind(String sign, String remedy) {
            this.sign = Optional.of(Pattern.compile(sign, Pattern.CASE_INSENSITIVE | Pattern.MULTILINE));
            this.remedy = remedy;
        }

        /** The first kind whose sign is in the text. */
        static Kind recognize(String text) {
            return Arrays.stream(values())
                    .filter(kind -> kind.isSaidIn(text))
                    .findFirst()
                    .orElse(OTHER);
        }

        private boolean isSaidIn(String text) {
            return sign.filter(pattern -> pattern.matcher(text).find()).isPresent();
        }

        /** What to do; empty where that depends on what was asked. */
        public String remedy() {
            return remedy;
        }
    }

    /**
     * What a user may not do, and a role would have to allow.
     *
     * @param verb as in a role, such as {@code list}
     * @param resource the plural, with a subresource behind a slash, such as {@code serviceaccounts/token}
     * @param group empty for the core group
     * @param namespace empty for what belongs to the whole cluster
     */
    public record Denied(String user, String verb, String resource, String group, String namespace) {

        /** The resource as kubectl takes it, with the group between the resource and its subresource. */
        public String qualifiedResource() {
            return group.isEmpty() ? resource : resource.replaceFirst("(?=/|$)", "." + group);
        }

        /**
         * Writes the commands that give the user the right.
         *
         * @param command the command of podid that needs the right
         * @param resources the resources, separated by commas
         * @param object the only object that the user may then use; empty for all
         */
        public String writeGrant(String command, String resources, String object) {
            String kind = namespace.isEmpty() ? "clusterrole" : "role";
            String scope = namespace.isEmpty() ? "" : " -n " + namespace;
            String verbs = verb.equals("list") ? "get,list" : verb;
            String onlyObject = object.isEmpty() ? "" : " --resource-name=" + object;
            String name = ShellWord.quoted(nameRole(command, object));
            String createRole = "kubectl create " + kind + " " + name + scope + " --verb=" + verbs + " --resource="
                    + resources + onlyObject;
            String createBinding = "kubectl create " + kind + "binding " + name + scope + " --" + kind + "=" + name
                    + " --user=" + ShellWord.quoted(user);
            return createRole + " && " + createBinding;
        }

        /** A name that no other user and no other object gets. The API server refuses a slash and a percent in it. */
        private String nameRole(String command, String object) {
            String subject = object.isEmpty() ? user : object + "-" + user;
            return ("podid-" + command + "-" + resource + "-" + subject).replaceAll("[/%]", "-");
        }
    }

    public KubectlException(Kind kind, String message, List<Denied> denied) {
        super(message);
        this.kind = kind;
        this.denied = List.copyOf(denied);
    }

    /** Reads why kubectl failed from the lines that it printed on standard error. */
    static KubectlException read(List<String> errorLines) {
        if (errorLines.isEmpty()) {
            return new KubectlException(Kind.OTHER, "kubectl failed and said nothing", List.of());
        }
        String text = String.join("\n", errorLines);
        List<Denied> denied =
                DENIED.matcher(text).results().map(KubectlException::readDenied).toList();
        List<String> otherFailures =
                errorLines.stream().filter(KubectlException::isOtherFailure).toList();
        // What failed for another reason must not pass for what was refused in the same run.
        if (!denied.isEmpty() && !otherFailures.isEmpty()) {
            return read(otherFailures);
        }
        return new KubectlException(Kind.recognize(text), joinFirst(errorLines), denied);
    }

    private static Denied readDenied(MatchResult match) {
        String namespace = Objects.requireNonNullElse(match.group(5), "");
        return new Denied(match.group(1), match.group(2), match.group(3), match.group(4), namespace);
    }

    private static boolean isOtherFailure(String line) {
        return FAILURE.matcher(line).matches() && !DENIED.matcher(line).find();
    }

    /** The first lines, as a message has them. */
    static String joinFirst(List<String> errorLines) {
        return errorLines.stream().limit(FIRST_LINES).collect(Collectors.joining("\n"));
    }

    public Kind kind() {
        return kind;
    }

    public String message() {
        return String.valueOf(getMessage());
    }

    /** Who may not do what; none if kubectl failed for another reason. */
    public List<Denied> denied() {
        return denied;
    }

    /** Writes the commands that give the missing rights, for {@link Denied#writeGrant}. */
    public List<String> writeGrants(String command, String object) {
        return denied.stream()
                .map(right -> right.writeGrant(command, right.qualifiedResource(), object))
                .toList();
    }
}
