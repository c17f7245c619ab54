// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.kubectl;

import io.podidentity.podid.text.ShellWord;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** kubectl did not do what it was asked. The message is what it said, its first lines; never a token. */
@SuppressWarnings("serial")
public final class KubectlException extends Exception {

    /** What is refused of several kinds has a line for each. */
    private static final int FIRST_LINES = 32;

    private static final Pattern DENIED = Pattern.compile("User \"([^\"]*)\" cannot (\\S+) resource \"([^\"]*)\" in API"
            + " group \"([^\"]*)\"(?: in the namespace \"([^\"]*)\")?");

    private final Kind kind;
    private final List<Denied> denied;

    /** The kinds that ask for different remedies, by what kubectl says on standard error. */
    public enum Kind {
        /** There is no kubectl on the PATH. */
        NO_PROGRAM(
                "",
                "Install kubectl (az aks install-cli), and sign in to the cluster: az aks get-credentials"
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
        TIMED_OUT(
                "",
                "Is the cluster reachable from here (VPN, authorized IP ranges)? Does its sign-in wait for you? Run"
                        + " kubectl get pods once by itself."),
        OTHER("", "Run it by itself to see more.");

        private final Pattern said;
        private final String remedy;

        Kind(String said, String remedy) {
            // What is said of those without a pattern is no sign of them.
            this.said = Pattern.compile(said.isEmpty() ? "(?!)" : said, Pattern.CASE_INSENSITIVE | Pattern.MULTILINE);
            this.remedy = remedy;
        }

        /** What to do; empty where that depends on what was asked. */
        public String remedy() {
            return remedy;
        }
    }

    /** What a role would have to allow; of the core group or of the whole cluster, that name is empty. */
    public record Denied(String user, String verb, String resource, String group, String namespace) {

        /** As kubectl takes it, with the group between the resource and its subresource. */
        public String qualified() {
            return group.isEmpty() ? resource : resource.replaceFirst("(?=/|$)", "." + group);
        }

        /** The commands that give the user the right on these resources, or on one object if its name is not empty. */
        public String grant(String command, String resources, String object) {
            String role = namespace.isEmpty() ? "clusterrole" : "role";
            String place = namespace.isEmpty() ? "" : " -n " + namespace;
            // One user's role for one object meets no other's; a name in a path has none of these characters.
            String of = object.isEmpty() ? user : object + "-" + user;
            String name = ShellWord.quoted(("podid-" + command + "-" + resource + "-" + of).replaceAll("[/%]", "-"));
            return "kubectl create " + role + " " + name + place + " --verb="
                    + (verb.equals("list") ? "get,list" : verb) + " --resource=" + resources
                    + (object.isEmpty() ? "" : " --resource-name=" + object) + " && kubectl create " + role + "binding "
                    + name + place + " --" + role + "=" + name + " --user=" + ShellWord.quoted(user);
        }
    }

    public KubectlException(Kind kind, String message, List<Denied> denied) {
        super(message);
        this.kind = kind;
        this.denied = List.copyOf(denied);
    }

    /** @param said what kubectl printed on standard error */
    static KubectlException of(List<String> said) {
        String text = String.join("\n", said);
        String message = said.isEmpty() ? "kubectl failed and said nothing" : first(said);
        List<Denied> denied = DENIED.matcher(text)
                .results()
                .map(one -> new Denied(
                        one.group(1),
                        one.group(2),
                        one.group(3),
                        one.group(4),
                        Objects.requireNonNullElse(one.group(5), "")))
                .toList();
        // What failed for another reason must not pass for what was refused beside it.
        List<String> otherwise = said.stream()
                .filter(line -> line.matches("(error:|Error from|Unable to connect|The connection) .*")
                        && !DENIED.matcher(line).find())
                .toList();
        if (!denied.isEmpty() && !otherwise.isEmpty()) {
            return of(otherwise);
        }
        Kind kind = Arrays.stream(Kind.values())
                .filter(one -> one.said.matcher(text).find())
                .findFirst()
                .orElse(Kind.OTHER);
        return new KubectlException(kind, message, denied);
    }

    static String first(List<String> said) {
        return said.stream().limit(FIRST_LINES).collect(Collectors.joining("\n"));
    }

    public Kind kind() {
        return kind;
    }

    public String message() {
        return String.valueOf(getMessage());
    }

    /** Who may not do what, if that is why. */
    public List<Denied> denied() {
        return denied;
    }

    public List<String> grants(String command, String object) {
        return denied.stream()
                .map(one -> one.grant(command, one.qualified(), object))
                .toList();
    }
}
