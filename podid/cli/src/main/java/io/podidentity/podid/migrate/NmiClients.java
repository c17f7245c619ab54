// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate;

import io.podidentity.emulator.cluster.ObjectRef;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.podid.check.reference.IdentityReference;
import io.podidentity.podid.check.reference.ReferringKind.Sign.Way;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.check.source.PodSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Finds what takes tokens from NMI apart from the programs of pods: volumes, init containers, operators. All of that
 * fails once NMI is gone.
 */
final class NmiClients {

    /** Where the metadata service listens, and NMI in its place. */
    private static final String METADATA_ADDRESS = "169.254.169.254";

    /**
     * Versions before 1.11.0, the first with workload identity.
     *
     * @see <a href="https://cert-manager.io/docs/configuration/acme/dns01/azuredns/">cert-manager on Azure DNS</a>
     */
    private static final Pattern OLD_CERT_MANAGER =
            Pattern.compile("(.*/)?cert-manager-controller:v?(0\\.|1\\.(10|\\d)(\\.|$)).*");

    /**
     * The variable that narrows the chain of Azure's libraries.
     *
     * @see <a href="https://learn.microsoft.com/java/api/overview/azure/identity-readme">azure-identity</a>
     */
    private static final String CREDENTIAL_VARIABLE = "AZURE_TOKEN_CREDENTIALS";

    private static final String MANAGED_IDENTITY = "ManagedIdentityCredential";

    private final MovePlan plan;
    private final RuleContext after;
    private final String place;

    /**
     * @param after what the changed files say
     * @param place such as " (overlays/prod)"; empty where there is only one environment
     */
    NmiClients(MovePlan plan, RuleContext after, String place) {
        this.plan = plan;
        this.after = after;
        this.place = place;
    }

    /** What a pod mounts that is read with an Azure identity, such as the secrets of a key vault. */
    static Stream<IdentityReference> findMounted(RuleContext context, PodSource pod) {
        return context.references().stream()
                .filter(reference ->
                        reference.isMounted() && reference.runners().contains(pod));
    }

    /** Why pods that were moved would not start or not work with the changed files. */
    List<String> findObstacles() {
        return after.pods().stream().flatMap(this::findObstacles).toList();
    }

    private Stream<String> findObstacles(PodSource pod) {
        return plan.moves().stream()
                .filter(move -> move.source().pod().name().equals(pod.pod().name()))
                .flatMap(move -> findObstacles(pod, move.identity()))
                .map(obstacle -> pod.object() + place + " " + obstacle);
    }

    private Stream<String> findObstacles(PodSource pod, MovedIdentity identity) {
        Stream<String> ofVolumes =
                findMounted(after, pod).flatMap(reference -> findObstacle(reference, identity).stream());
        // The proxy sidecar answers at the address of the metadata service.
        boolean hasProxy = pod.annotation(Keys.INJECT_PROXY).exists();
        Stream<String> ofMetadata = hasProxy ? Stream.empty() : findMetadataClients(pod);
        return Stream.of(ofVolumes, ofMetadata, findOldPrograms(pod)).flatMap(obstacles -> obstacles);
    }

    private static Optional<String> findObstacle(IdentityReference mounted, MovedIdentity identity) {
        ObjectRef object = mounted.object().object();
        if (isAnsweredByNmi(mounted)) {
            return Optional.of("does not start: " + object + " takes its identity from NMI. Write "
                    + describeReplacement(mounted));
        }
        String clientId = mounted.clientId().text();
        boolean isOwnOrNone = clientId.isEmpty() || clientId.equalsIgnoreCase(identity.clientId());
        if (mounted.way() != Way.WORKLOAD || isOwnOrNone) {
            return Optional.empty();
        }
        return Optional.of("gets another identity by " + object + ", whose "
                + mounted.clientId().key() + " is " + clientId);
    }

    private static Stream<String> findMetadataClients(PodSource pod) {
        Stream<String> waiting = pod.spec("initContainers").items().stream()
                .filter(NmiClients::namesMetadataAddress)
                .map(container -> "does not start: its init container "
                        + container.at("name").text() + " waits for the metadata service, which has no identity for it"
                        + " then. Remove it: nothing has to be waited for");
        Stream<String> narrowed = pod.containers().stream()
                .filter(NmiClients::wantsManagedIdentity)
                .map(container -> "gets no token: its container "
                        + container.at("name").text() + " has " + CREDENTIAL_VARIABLE + "=" + MANAGED_IDENTITY
                        + ", so Azure's libraries ask the metadata service alone. Write WorkloadIdentityCredential");
        return Stream.concat(waiting, narrowed);
    }

    private static boolean namesMetadataAddress(FieldLocation container) {
        return Stream.of("command", "args")
                .flatMap(list -> container.at(list).items().stream())
                .anyMatch(word -> word.text().contains(METADATA_ADDRESS));
    }

    private static boolean wantsManagedIdentity(FieldLocation container) {
        return container.at("env").items().stream()
                .filter(variable -> variable.at("name").text().equals(CREDENTIAL_VARIABLE))
                .anyMatch(variable -> variable.at("value").text().equalsIgnoreCase(MANAGED_IDENTITY));
    }

    private static Stream<String> findOldPrograms(PodSource pod) {
        return pod.containers().stream()
                .map(container -> container.at("image").text())
                .filter(image -> OLD_CERT_MANAGER.matcher(image).matches())
                .map(image -> "gets no token: " + image + " knows no workload identity. Use 1.11.0 or later");
    }

    /**
     * Finds what operators do in place of pods, still through NMI. That works until NMI goes, so it is no obstacle.
     */
    List<String> findPending() {
        Set<ObjectRef> answeredByNode = plan.context().references().stream()
                .filter(NmiClients::isAnsweredByNode)
                .map(reference -> reference.object().object())
                .collect(Collectors.toSet());
        return after.references().stream()
                .filter(reference -> isAnsweredByNmi(reference) && !reference.isMounted())
                .filter(reference -> !answeredByNode.contains(reference.object().object()))
                .map(reference -> reference.object().object() + place + " ("
                        + reference.object().position()
                        + "): its operator takes tokens from NMI. Before NMI goes, write "
                        + describeReplacement(reference))
                .toList();
    }

    /** Whether the node's metadata service answers today, since no runner has the label that makes NMI answer. */
    private static boolean isAnsweredByNode(IdentityReference reference) {
        List<PodSource> runners = reference.runners();
        return reference.way() == Way.METADATA
                && !runners.isEmpty()
                && runners.stream().noneMatch(PodSource::asksForBinding);
    }

    /** Whether NMI answers, for a runner with its label where the node's metadata service would answer others. */
    private static boolean isAnsweredByNmi(IdentityReference reference) {
        return reference.way() == Way.NMI || reference.way() == Way.METADATA;
    }

    private static String describeReplacement(IdentityReference reference) {
        return reference.kind().instead() + ": " + reference.kind().page();
    }
}
