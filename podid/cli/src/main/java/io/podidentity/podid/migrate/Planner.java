// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate;

import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.SecretReference;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.check.source.PodSource;
import io.podidentity.podid.check.source.Value;
import io.podidentity.podid.explain.Explainer;
import io.podidentity.podid.explain.Explanation;
import io.podidentity.podid.migrate.AccountAssigner.Assignment;
import io.podidentity.podid.migrate.PodMove.Choice;
import io.podidentity.podid.text.ShellWord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Decides what becomes of the pods of one cluster. Not thread-safe. */
final class Planner {

    private final RuleContext context;
    private final Explainer explainer;
    private final MigrationSettings settings;

    /** A client ID that the user or the pod's manifest names for the pod. */
    private record NamedClient(String clientId, Choice choice) {

        boolean names(MovedIdentity identity) {
            return identity.clientId().equalsIgnoreCase(clientId);
        }
    }

    Planner(RuleContext context, MigrationSettings settings) {
        this.context = context;
        this.settings = settings;
        this.explainer = new Explainer(context.manifests(), context.rules(), Instant.EPOCH);
    }

    MovePlan plan() {
        var moves = new ArrayList<PodMove>();
        Map<String, String> stays = new LinkedHashMap<>();
        Map<String, String> undecided = new LinkedHashMap<>();
        for (PodSource pod : context.pods()) {
            PodDecision decision = decide(pod);
            if (decision instanceof PodDecision.Move moved) {
                moves.add(moved.move());
            } else if (decision instanceof PodDecision.Stay stay) {
                stays.put(stay.pod(), stay.reason());
            } else if (decision instanceof PodDecision.Ask ask) {
                undecided.put(ask.subject(), ask.question());
            }
        }
        Assignment assignment = AccountAssigner.assign(context, moves);
        return new MovePlan(
                context,
                assignment.pods(),
                stays,
                undecided,
                UnseenLabels.find(context),
                assignment.accounts(),
                MigrationNotes.write(context, assignment.pods()));
    }

    /** Decides about a pod from what it gets today: only a pod with the identity of a binding moves. */
    private PodDecision decide(PodSource source) {
        List<MovedIdentity> bound = distinctIdentities(context.match(source).identities());
        if (bound.isEmpty()) {
            return decideWithoutIdentity(source);
        }
        Optional<NamedClient> named = findNamedClient(source);
        Explanation before = explainer.explain(source.pod(), buildQuery(named, bound));
        // NMI only passes this pod's requests on to the node, so the end of NMI changes nothing for the pod.
        if (before.outcome() == Explanation.Outcome.BYPASS) {
            return new PodDecision.Stay(
                    source.pod().name().toString(), before.summary() + "; without NMI that is so for each pod");
        }
        // Obstacles come before the choice: whichever identity the user chooses, the pod could not be moved.
        Optional<String> obstacle = findObstacle(source, bound);
        if (obstacle.isPresent()) {
            return new PodDecision.Ask(describeSubject(source), obstacle.get());
        }
        Optional<Choice> choice = findChoice(bound, named);
        if (choice.isEmpty()) {
            return new PodDecision.Ask(describeSubject(source), askForChoice(source, bound));
        }
        return new PodDecision.Move(planMove(source, before, orderIdentities(bound, named), choice.get()));
    }

    /** A pod that has to do with pod identity is reported, so that nobody takes it for forgotten. */
    private PodDecision decideWithoutIdentity(PodSource source) {
        Explanation today = explainer.survey(source.pod(), Explainer.DEFAULT_QUERY);
        if (today.outcome() == Explanation.Outcome.UNRELATED) {
            return new PodDecision.Unrelated();
        }
        return new PodDecision.Stay(source.pod().name().toString(), today.summary());
    }

    private PodMove planMove(PodSource source, Explanation before, List<MovedIdentity> identities, Choice choice) {
        var account = new ObjectName(source.pod().namespace(), source.serviceAccount());
        boolean secretElsewhere = before.outcome() == Explanation.Outcome.NONE && isSecretElsewhere(identities.get(0));
        return new PodMove(source, before, identities, choice, account, secretElsewhere);
    }

    /** The object; if the object has several pods, also the pod. */
    private static String describeSubject(PodSource source) {
        if (hasOnePodTemplate(source)) {
            return source.object().toString();
        }
        return source.object() + ", pod " + source.pod().name().name();
    }

    /** Whether the kind has one pod template, at a place that podid knows for the kind and does not guess. */
    private static boolean hasOnePodTemplate(PodSource source) {
        return source.place().isFixed() && source.place().isTemplate();
    }

    /** Why the pod cannot be moved as long as nobody has done something. */
    private Optional<String> findObstacle(PodSource source, List<MovedIdentity> bound) {
        if (!hasOnePodTemplate(source)) {
            return Optional.of("podid changes no " + source.kind() + ". Write at "
                    + source.place().path()
                    + " the label " + Keys.USE + ": \"true\" in place of " + Pod.BINDING_LABEL
                    + ", and a service account with the annotation " + Keys.CLIENT_ID + ": "
                    + bound.get(0).clientId() + ". Its binding and identity stay");
        }
        if (!AccountAssigner.isDnsName(source.pod().namespace())) {
            return Optional.of("its namespace " + Value.quoted(source.pod().namespace()) + " is no name");
        }
        return bound.stream()
                .flatMap(identity -> findObstacle(identity).stream())
                .findFirst()
                .or(() -> findVolumeOfNmi(source));
    }

    private Optional<String> findObstacle(MovedIdentity identity) {
        return identity.findDoubt().or(() -> findContradiction(identity));
    }

    /** A client ID belongs to one identity in Azure: of two resource IDs one is wrong, and azure.sh would change it. */
    private Optional<String> findContradiction(MovedIdentity identity) {
        AzureIdentity own = identity.identity();
        return context.identities().stream()
                .filter(other -> own.isManagedIdentity() && other.isManagedIdentity())
                .filter(other -> other.clientId().equalsIgnoreCase(own.clientId()))
                .filter(other -> !other.resourceId().equalsIgnoreCase(own.resourceId()))
                .findFirst()
                .map(other -> "AzureIdentity " + own.name() + " and " + other.name()
                        + " have the same clientID and different resourceIDs, so one of the two is wrong. Write what"
                        + " az identity show --query '[id, clientId]' prints for each");
    }

    /** The FlexVolume driver of Key Vault asks NMI on behalf of the pod; without NMI the pod would not start. */
    private static Optional<String> findVolumeOfNmi(PodSource source) {
        return source.spec("volumes").items().stream()
                .filter(volume -> volume.at("flexVolume", "driver").text().equals("azure/kv"))
                .filter(volume -> volume.at("flexVolume", "options", "usepodidentity")
                        .text()
                        .equals("true"))
                .findFirst()
                .map(volume -> "its volume " + volume.at("name").text()
                        + " is of the driver azure/kv with usepodidentity, which knows no workload identity. Replace"
                        + " the volume with one of the driver secrets-store.csi.k8s.io and a SecretProviderClass");
    }

    /** Few people keep Secrets in files. What is not in the files is expected to be in the cluster. */
    private boolean isSecretElsewhere(MovedIdentity identity) {
        SecretReference secret = identity.identity().clientPassword();
        return !identity.isManaged()
                && !secret.name().isEmpty()
                && context.cluster()
                        .secret(new ObjectName(secret.namespace(), secret.name()))
                        .isEmpty();
    }

    private static List<MovedIdentity> distinctIdentities(List<AzureIdentity> identities) {
        Map<String, MovedIdentity> distinct = new LinkedHashMap<>();
        for (AzureIdentity identity : identities) {
            var moved = new MovedIdentity(identity);
            distinct.putIfAbsent(moved.key(), moved);
        }
        return List.copyOf(distinct.values());
    }

    /** The client that the option {@code --identity} names; without that the one that the pod's variable names. */
    private Optional<NamedClient> findNamedClient(PodSource source) {
        String chosen =
                settings.chosenClientIds().getOrDefault(source.pod().name().toString(), "");
        if (!chosen.isEmpty()) {
            return Optional.of(new NamedClient(chosen, Choice.OPTION));
        }
        return source.clientIds().stream()
                .map(FieldLocation::text)
                .filter(clientId -> !clientId.isEmpty())
                .findFirst()
                .map(clientId -> new NamedClient(clientId, Choice.VARIABLE));
    }

    /** The query to replay. It leaves out a client ID in another letter case, which NMI does not find from 1.6.0 on. */
    private static String buildQuery(Optional<NamedClient> named, List<MovedIdentity> bound) {
        String clientId = named.map(NamedClient::clientId)
                .filter(name -> bound.stream().map(MovedIdentity::clientId).anyMatch(name::equals))
                .map(name -> "&client_id=" + name)
                .orElse("");
        return Explainer.DEFAULT_QUERY + clientId;
    }

    /** Why the pod uses the identity that it gets; empty if it has several and nothing says which it uses. */
    private static Optional<Choice> findChoice(List<MovedIdentity> bound, Optional<NamedClient> named) {
        Optional<Choice> choice =
                named.filter(client -> bound.stream().anyMatch(client::names)).map(NamedClient::choice);
        if (choice.isEmpty() && bound.size() == 1) {
            return Optional.of(Choice.ONLY);
        }
        return choice;
    }

    /** The named identity comes first. The others keep their order. */
    private static List<MovedIdentity> orderIdentities(List<MovedIdentity> bound, Optional<NamedClient> named) {
        return named.map(client -> bound.stream()
                        .sorted(Comparator.comparing(client::names).reversed())
                        .toList())
                .orElse(bound);
    }

    private static String askForChoice(PodSource source, List<MovedIdentity> bound) {
        String options = bound.stream()
                .map(identity -> "--identity "
                        + ShellWord.quoted(source.pod().name() + "=" + identity.clientId()) + " ("
                        + identity.identity().name() + ")")
                .collect(Collectors.joining(", "));
        return "it has several identities, and no AZURE_CLIENT_ID names one of them, so NMI gave it any of them"
                + " unless its requests name one. It stays unchanged until you choose: run this again with one of "
                + options
                + ". The program can have each of the others by naming its client ID in code, such as"
                + " WorkloadIdentityCredentialBuilder.clientId";
    }
}
