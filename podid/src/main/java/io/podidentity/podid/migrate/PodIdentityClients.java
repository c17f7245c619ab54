package io.podidentity.podid.migrate;

import io.podidentity.emulator.manifest.Manifests;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.podid.check.azure.AzureFacts;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.check.source.PodSource;
import io.podidentity.podid.migrate.plan.MovePlan;
import io.podidentity.podid.migrate.plan.PodMove;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What takes tokens from NMI beside the programs of pods, and so fails once a pod has workload identity only. */
final class PodIdentityClients {

    /**
     * A kind of object that says by a field that its tokens come from NMI.
     *
     * @param group of its API
     * @param value of the field which says so
     * @param instead what to write for workload identity
     * @param source the page that says both
     */
    private record Client(String group, List<String> field, String value, String instead, String source) {}

    private static final Client CSI = new Client(
            "secrets-store.csi.x-k8s.io",
            List.of("spec", "parameters", "usePodIdentity"),
            "true",
            "usePodIdentity: \"false\" and clientID",
            "https://azure.github.io/secrets-store-csi-driver-provider-azure/docs/configurations/"
                    + "identity-access-modes/workload-identity-mode/");

    private static final List<Client> OPERATORS = List.of(
            new Client(
                    "keda.sh",
                    List.of("spec", "podIdentity", "provider"),
                    "azure",
                    "provider: azure-workload, and let KEDA's operator have workload identity; KEDA 2.15 has no"
                            + " provider azure",
                    "https://keda.sh/docs/latest/authentication-providers/azure-ad-workload-identity"),
            new Client(
                    "external-secrets.io",
                    List.of("spec", "provider", "azurekv", "authType"),
                    "ManagedIdentity",
                    "authType: WorkloadIdentity and serviceAccountRef, without identityId",
                    "https://external-secrets.io/latest/provider/azure-key-vault"));

    /**
     * Versions before 1.11.0, the first with workload identity.
     *
     * @see <a href="https://cert-manager.io/docs/configuration/acme/dns01/azuredns/">cert-manager on Azure DNS</a>
     */
    private static final Pattern OLD_CERT_MANAGER =
            Pattern.compile("(.*/)?cert-manager-controller:v?(0\\.|1\\.(10|\\d)(\\.|$)).*");

    private PodIdentityClients() {}

    /** Where the SecretProviderClasses are written that a pod mounts and that take its identity from NMI. */
    static List<FieldLocation> providerClasses(RuleContext context, PodSource pod) {
        List<String> mounted = pod.spec("volumes").items().stream()
                .map(volume -> volume.at("csi", "volumeAttributes", "secretProviderClass")
                        .text())
                .filter(name -> !name.isEmpty())
                .toList();
        return context.kind("SecretProviderClass").stream()
                .filter(one -> one.object()
                        .startsWith("SecretProviderClass " + pod.pod().namespace() + "/"))
                .filter(one -> mounted.contains(one.at("metadata", "name").text()))
                .toList();
    }

    static boolean isOfPodIdentity(FieldLocation providerClass) {
        return providerClass.at(CSI.field()).text().equals(CSI.value());
    }

    /**
     * Why pods that were moved would not start or not work.
     *
     * @param after what the changed files say
     */
    static List<String> obstacles(MovePlan plan, Manifests after, String environment) {
        var context = new RuleContext(after, plan.context().rules(), AzureFacts.NONE);
        return context.pods().stream()
                .flatMap(pod -> plan.moves().stream()
                        .filter(move ->
                                move.source().pod().name().equals(pod.pod().name()))
                        .flatMap(move -> obstacles(context, pod, move))
                        .map(why -> pod.object() + Proof.in(environment) + " " + why))
                .toList();
    }

    private static Stream<String> obstacles(RuleContext context, PodSource pod, PodMove move) {
        var why = new ArrayList<String>();
        for (FieldLocation one : providerClasses(context, pod)) {
            if (isOfPodIdentity(one)) {
                why.add("does not start: " + one.object() + " takes its identity from NMI. Write " + CSI.instead()
                        + ": " + CSI.source());
            } else if (!one.at("spec", "parameters", "clientID")
                    .text()
                    .equalsIgnoreCase(move.identity().clientId())) {
                why.add("gets another identity by " + one.object() + ", whose clientID is "
                        + one.at("spec", "parameters", "clientID").text());
            }
        }
        if (!pod.annotation(Keys.INJECT_PROXY).exists()) {
            pod.spec("initContainers").items().stream()
                    .filter(one -> Stream.of("command", "args")
                            .flatMap(list -> one.at(list).items().stream())
                            .anyMatch(word -> word.text().contains("169.254.169.254")))
                    .map(one -> "does not start: its init container "
                            + one.at("name").text() + " waits for the metadata service, which has no identity for it"
                            + " then. Remove it: nothing has to be waited for")
                    .forEach(why::add);
        }
        pod.containers().stream()
                .map(one -> one.at("image").text())
                .filter(image -> OLD_CERT_MANAGER.matcher(image).matches())
                .map(image -> "gets no token: " + image + " knows no workload identity. Use 1.11.0 or later")
                .forEach(why::add);
        return why.stream();
    }

    /** What operators do in place of pods, and still by NMI. */
    static List<String> pending(Manifests after, String environment) {
        return OPERATORS.stream()
                .flatMap(client -> after.objects().stream()
                        .filter(one -> one.group().equals(client.group()))
                        .map(FieldLocation::of)
                        .filter(one -> one.at(client.field()).text().equals(client.value()))
                        .map(one -> one.object() + Proof.in(environment) + " (" + one.position()
                                + "): its operator takes tokens from NMI. Before NMI goes, write " + client.instead()
                                + ": " + client.source()))
                .toList();
    }

    /** The values by which a class takes the identity of its pod's service account. */
    static Map<String, String> values(PodMove move) {
        return Map.of("usePodIdentity", "false", "clientID", move.identity().clientId());
    }
}
