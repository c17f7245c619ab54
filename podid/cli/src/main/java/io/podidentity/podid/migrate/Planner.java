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
import io.podidentity.podid.input.InputSettings;
import io.podidentity.podid.input.ProfileOptions;
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

/** Decides what becomes of the pods of one cluster. */
final class Planner {

    private final RuleContext context;
    private final Explainer explainer;
    private final Wish wish;
    private final Map<String, String> stays = new LinkedHashMap<>();
    private final Map<String, String> undecided = new LinkedHashMap<>();

    /** What a user wants. Choices are client IDs, by the namespace and name of the pod's workload. */
    record Wish(
            List<String> paths,
            String standardInput,
            ProfileOptions profile,
            InputSettings settings,
            Map<String, String> choices,
            boolean inPlace,
            boolean keepsPodIdentity,
            boolean proxySidecar,
            boolean identityBinding) {}

    Planner(RuleContext context, Wish wish) {
        this.context = context;
        this.wish = wish;
        this.explainer = new Explainer(context.manifests(), context.rules(), Instant.EPOCH);
    }

    MovePlan plan() {
        var moves = new ArrayList<PodMove>();
        for (PodSource pod : context.pods()) {
            move(pod).ifPresent(moves::add);
        }
        var accounts = new Accounts(context, moves);
        List<PodMove> placed = accounts.moves();
        return new MovePlan(
                context, placed, stays, undecided, UnseenLabels.of(context), accounts.accounts(), notes(placed));
    }

    private Optional<PodMove> move(PodSource source) {
        String name = source.pod().name().toString();
        List<MovedIdentity> bound = distinct(context.match(source).identities());
        String chosen = wish.choices().getOrDefault(name, "");
        String named = chosen.isEmpty() ? variable(source) : chosen;
        if (bound.isEmpty()) {
            Explanation today = explainer.survey(source.pod(), Explainer.DEFAULT_QUERY);
            if (today.outcome() != Explanation.Outcome.UNRELATED) {
                stays.put(name, today.summary());
            }
            return Optional.empty();
        }
        Explanation before = explainer.explain(source.pod(), query(named, bound));
        if (before.outcome() == Explanation.Outcome.BYPASS) {
            stays.put(name, before.summary() + "; without NMI that is so for each pod");
            return Optional.empty();
        }
        Optional<String> obstacle = obstacle(source, bound);
        if (obstacle.isPresent()) {
            undecided.put(subject(source), obstacle.get());
            return Optional.empty();
        }
        Optional<Choice> choice = choice(bound, named, !chosen.isEmpty());
        if (choice.isEmpty()) {
            undecided.put(subject(source), question(source, bound));
            return Optional.empty();
        }
        var account = new ObjectName(source.pod().namespace(), source.serviceAccount());
        List<MovedIdentity> ordered = bound.stream()
                .sorted(Comparator.comparing(one -> !one.clientId().equalsIgnoreCase(named)))
                .toList();
        return Optional.of(new PodMove(
                source,
                before,
                ordered,
                choice.get(),
                account,
                before.outcome() == Explanation.Outcome.NONE && isSecretElsewhere(ordered.get(0))));
    }

    /** The object, and of one with several pods the pod. */
    private static String subject(PodSource source) {
        return source.place().isFixed() && source.place().isTemplate()
                ? source.object().toString()
                : source.object() + ", pod " + source.pod().name().name();
    }

    /** Why the pod cannot be moved as long as nobody has done something. */
    private Optional<String> obstacle(PodSource source, List<MovedIdentity> bound) {
        if (!source.place().isFixed() || !source.place().isTemplate()) {
            return Optional.of("podid changes no " + source.kind() + ". Write at "
                    + source.place().path()
                    + " the label " + Keys.USE + ": \"true\" in place of " + Pod.BINDING_LABEL
                    + ", and a service account with the annotation " + Keys.CLIENT_ID + ": "
                    + bound.get(0).clientId() + ". Its binding and identity stay");
        }
        if (!Accounts.isName(source.pod().namespace())) {
            return Optional.of("its namespace " + Value.quoted(source.pod().namespace()) + " is no name");
        }
        return bound.stream()
                .flatMap(identity -> identity.doubt().or(() -> contradiction(identity)).stream())
                .findFirst()
                .or(() -> volumeOfNmi(source));
    }

    /** A client ID belongs to one identity in Azure: of two resource IDs one is wrong, and azure.sh would change it. */
    private Optional<String> contradiction(MovedIdentity identity) {
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
    private static Optional<String> volumeOfNmi(PodSource source) {
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

    /** Secrets are seldom in the files. */
    private boolean isSecretElsewhere(MovedIdentity identity) {
        SecretReference secret = identity.identity().clientPassword();
        return !identity.isManaged()
                && !secret.name().isEmpty()
                && context.cluster()
                        .secret(new ObjectName(secret.namespace(), secret.name()))
                        .isEmpty();
    }

    private static List<MovedIdentity> distinct(List<AzureIdentity> identities) {
        Map<String, MovedIdentity> distinct = new LinkedHashMap<>();
        identities.stream().map(MovedIdentity::new).forEach(one -> distinct.putIfAbsent(one.key(), one));
        return List.copyOf(distinct.values());
    }

    private static String variable(PodSource source) {
        return source.variables("AZURE_CLIENT_ID").stream()
                .map(variable -> variable.at("value").text())
                .filter(value -> !value.isEmpty())
                .findFirst()
                .orElse("");
    }

    private static String query(String named, List<MovedIdentity> bound) {
        boolean known = bound.stream().anyMatch(one -> one.clientId().equals(named));
        return Explainer.DEFAULT_QUERY + (known ? "&client_id=" + named : "");
    }

    /** Why the pod uses the identity that it gets; empty if it has several and nothing says which it uses. */
    private static Optional<Choice> choice(List<MovedIdentity> bound, String named, boolean byOption) {
        if (bound.stream().anyMatch(identity -> identity.clientId().equalsIgnoreCase(named))) {
            return Optional.of(byOption ? Choice.OPTION : Choice.VARIABLE);
        }
        return bound.size() == 1 ? Optional.of(Choice.ONLY) : Optional.empty();
    }

    private static String question(PodSource source, List<MovedIdentity> bound) {
        String options = bound.stream()
                .map(identity -> "--identity "
                        + ShellWord.quoted(source.pod().name() + "=" + identity.clientId()) + " ("
                        + identity.identity().name() + ")")
                .collect(Collectors.joining(", "));
        return "it has several identities, and neither a variable nor a request in these files names one, so NMI gave it"
                + " any of them. It stays unchanged until you choose: run this again with one of " + options
                + ". The program can have each of the others by naming its client ID in code, such as"
                + " WorkloadIdentityCredentialBuilder.clientId";
    }

    private List<String> notes(List<PodMove> moves) {
        var notes = new ArrayList<String>();
        moves.stream()
                .flatMap(move -> move.identities().stream())
                .distinct()
                .forEach(identity -> note(identity, notes));
        List<String> policies = context.kind("NetworkPolicy").stream()
                .filter(policy -> policy.texts().stream()
                        .map(FieldLocation::text)
                        .anyMatch(text -> text.startsWith("127.0.0.1") || text.startsWith("169.254.169.254")))
                .map(policy -> policy.object().name() + " (" + policy.position() + ")")
                .toList();
        if (!policies.isEmpty()) {
            notes.add("NetworkPolicy " + String.join(", ", policies) + ": the rule for NMI or the metadata service can"
                    + " go once pod identity has gone. Instead the pods need TCP port 443 to login.microsoftonline.com,"
                    + " which has no fixed addresses: 0.0.0.0/0 without 169.254.0.0/16, or a policy by name (Cilium)."
                    + " Which of your networks is meant, this tool cannot know, so it changes no policy.");
        }
        return notes;
    }

    private static void note(MovedIdentity identity, List<String> notes) {
        if (!identity.identity().auxiliaryTenantIds().isEmpty()) {
            notes.add(identity.describe() + " also gets tokens of the tenants "
                    + String.join(", ", identity.identity().auxiliaryTenantIds())
                    + " at once (auxiliaryTenantIDs). Workload identity has one tenant for each request: the program"
                    + " must ask for the others by itself.");
        }
        if (!identity.isManaged()) {
            SecretReference secret = identity.identity().clientPassword();
            String option = identity.identity().type() == AzureIdentity.SERVICE_PRINCIPAL_CERTIFICATE ? " --cert" : "";
            notes.add(identity.describe() + " is of tenant " + identity.tenantId() + ". azure.sh creates its credential"
                    + " where you are signed in to that tenant. Its Secret " + secret.namespace() + "/" + secret.name()
                    + " is not used by workload identity; remove it, and the credential of the application, last:"
                    + " az ad app credential list --id " + identity.clientId() + option
                    + ", then az ad app credential delete --id " + identity.clientId() + " --key-id KEY_ID" + option
                    + ".");
        } else if (identity.place().filter(one -> one.group().startsWith("MC_")).isPresent()) {
            notes.add(identity.describe() + " is in the cluster's own group "
                    + identity.place().orElseThrow().group()
                    + ", and would be deleted with the cluster. Where that group is locked down, azure.sh is refused:"
                    + " then create the identity elsewhere, with the same roles, and write its client ID into the"
                    + " files.");
        } else if (identity.place().isEmpty()) {
            notes.add(identity.describe() + ": its resourceID does not say where it is, so azure.sh looks for it in"
                    + " the subscription that you are signed in to.");
        }
    }
}
