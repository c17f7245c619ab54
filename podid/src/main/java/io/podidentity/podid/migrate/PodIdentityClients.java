package io.podidentity.podid.migrate;

import io.podidentity.emulator.workload.Keys;
import io.podidentity.podid.check.reference.IdentityReference;
import io.podidentity.podid.check.reference.ReferringKind.Sign.Way;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.check.source.PodSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What takes tokens from NMI beside the programs of pods, and so fails once a pod has workload identity only. */
final class PodIdentityClients {

    /**
     * Versions before 1.11.0, the first with workload identity.
     *
     * @see <a href="https://cert-manager.io/docs/configuration/acme/dns01/azuredns/">cert-manager on Azure DNS</a>
     */
    private static final Pattern OLD_CERT_MANAGER =
            Pattern.compile("(.*/)?cert-manager-controller:v?(0\\.|1\\.(10|\\d)(\\.|$)).*");

    /**
     * Narrows the chain of Azure's libraries.
     *
     * @see <a href="https://learn.microsoft.com/java/api/overview/azure/identity-readme">azure-identity</a>
     */
    private static final String ONLY = "AZURE_TOKEN_CREDENTIALS";

    private static final String MANAGED_IDENTITY = "ManagedIdentityCredential";

    private PodIdentityClients() {}

    static Stream<IdentityReference> mounted(RuleContext context, PodSource pod) {
        return context.references().stream()
                .filter(one -> one.isMounted() && one.runners().contains(pod));
    }

    /** Why pods that were moved would not start or not work with the changed files. */
    static List<String> obstacles(MovePlan plan, RuleContext after, String place) {
        return after.pods().stream()
                .flatMap(pod -> plan.moves().stream()
                        .filter(move ->
                                move.source().pod().name().equals(pod.pod().name()))
                        .flatMap(move -> obstacles(after, pod, move))
                        .map(why -> pod.object() + place + " " + why))
                .toList();
    }

    private static Stream<String> obstacles(RuleContext context, PodSource pod, PodMove move) {
        var why = new ArrayList<String>();
        mounted(context, pod).forEach(one -> {
            String object = one.object().object();
            String clientId = one.clientId().text();
            if (isOfNmi(one)) {
                why.add("does not start: " + object + " takes its identity from NMI. " + instead(one));
            } else if (one.way() == Way.WORKLOAD
                    && !clientId.isEmpty()
                    && !clientId.equalsIgnoreCase(move.identity().clientId())) {
                why.add("gets another identity by " + object + ", whose "
                        + one.clientId().key() + " is " + clientId);
            }
        });
        if (!pod.annotation(Keys.INJECT_PROXY).exists()) {
            pod.spec("initContainers").items().stream()
                    .filter(one -> Stream.of("command", "args")
                            .flatMap(list -> one.at(list).items().stream())
                            .anyMatch(word -> word.text().contains("169.254.169.254")))
                    .map(one -> "does not start: its init container "
                            + one.at("name").text() + " waits for the metadata service, which has no identity for it"
                            + " then. Remove it: nothing has to be waited for")
                    .forEach(why::add);
            pod.containers().stream()
                    .filter(PodIdentityClients::wantsManagedIdentity)
                    .map(one -> "gets no token: its container " + one.at("name").text() + " has " + ONLY + "="
                            + MANAGED_IDENTITY + ", so Azure's libraries ask the metadata service alone. Write"
                            + " WorkloadIdentityCredential")
                    .forEach(why::add);
        }
        pod.containers().stream()
                .map(one -> one.at("image").text())
                .filter(image -> OLD_CERT_MANAGER.matcher(image).matches())
                .map(image -> "gets no token: " + image + " knows no workload identity. Use 1.11.0 or later")
                .forEach(why::add);
        return why.stream();
    }

    private static boolean wantsManagedIdentity(FieldLocation container) {
        return container.at("env").items().stream()
                .anyMatch(one -> one.at("name").text().equals(ONLY)
                        && one.at("value").text().equalsIgnoreCase(MANAGED_IDENTITY));
    }

    /** Whether NMI answers, for a runner with its label where the node's metadata service would answer others. */
    private static boolean isOfNmi(IdentityReference one) {
        return one.way() == Way.NMI || one.way() == Way.METADATA;
    }

    /** What operators do in place of pods, and still by NMI. */
    static List<String> pending(MovePlan plan, RuleContext after, String place) {
        Set<String> ofNode = plan.context().references().stream()
                .filter(one -> one.way() == Way.METADATA && !one.runners().isEmpty())
                .filter(one -> one.runners().stream().noneMatch(PodSource::asksForBinding))
                .map(one -> one.object().object())
                .collect(Collectors.toSet());
        return after.references().stream()
                .filter(one -> isOfNmi(one) && !one.isMounted())
                .filter(one -> !ofNode.contains(one.object().object()))
                .map(one -> one.object().object() + place + " (" + one.object().position()
                        + "): its operator takes tokens from NMI. Before NMI goes, "
                        + instead(one).replaceFirst("W", "w"))
                .toList();
    }

    private static String instead(IdentityReference one) {
        return "Write " + one.kind().instead() + ": " + one.kind().page();
    }

    /** The values by which a SecretProviderClass takes the identity of its pod's service account. */
    static Map<String, String> values(PodMove move) {
        return Map.of("usePodIdentity", "false", "clientID", move.identity().clientId());
    }
}
