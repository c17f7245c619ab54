// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate;

import io.podidentity.emulator.cluster.AzureIdentityBinding;
import io.podidentity.emulator.cluster.KubernetesObject;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.ObjectRef;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.match.Candidate;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.podid.check.reference.ReferringKind.Sign.Way;
import io.podidentity.podid.check.source.PodSource;
import io.podidentity.podid.migrate.Planner.Wish;
import io.podidentity.podid.migrate.edit.SourceObject;
import io.podidentity.podid.migrate.edit.SourceText;
import io.podidentity.podid.migrate.edit.SourceTree;
import io.podidentity.podid.migrate.edit.UneditableException;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Makes a plan's changes in the files where the objects are written. Not thread-safe. */
final class SourceChanges {

    /** Where service accounts are written that fit into no file. */
    static final String ACCOUNTS_FILE = "workload-identity-service-accounts.yaml";

    private final SourceTree tree;
    private final List<MovePlan> plans;
    private final Wish wish;
    private final EnvironmentValues values;
    private final Set<SourceObject> replaced = new LinkedHashSet<>();
    private final Set<SourceObject> removed = new LinkedHashSet<>();
    /** The new service account that each object is replaced by, or written before. */
    private final Map<SourceObject, AccountMove> beside = new LinkedHashMap<>();
    /** Those of them whose account would land in another namespace if none were written. */
    private final Set<SourceObject> ofOtherNamespaces = new HashSet<>();

    private final Set<AccountMove> unplaced = new LinkedHashSet<>();
    private final Set<SourceText> orphans = new LinkedHashSet<>();
    private final Set<String> byHand = new LinkedHashSet<>();
    /** The workloads among what a person must change. */
    private final Set<ObjectRef> workloadsByHand = new HashSet<>();
    /** Pods that a person must change. */
    private final Set<ObjectName> failed = new HashSet<>();

    private final IdentityHashMap<MovePlan, List<KubernetesObject>> removable = new IdentityHashMap<>();

    /**
     * @param plans of several clusters, which may share files
     * @param owned what is removed, whatever the plans say
     */
    SourceChanges(SourceTree tree, List<MovePlan> plans, Wish wish, Set<SourceObject> owned) {
        this.tree = tree;
        this.plans = plans;
        this.wish = wish;
        this.values = new EnvironmentValues(tree, plans);
        removed.addAll(owned);
    }

    void make() {
        for (MovePlan plan : plans) {
            for (PodMove move : plan.moves()) {
                label(plan, move);
                mount(plan, move);
            }
        }
        for (MovePlan plan : plans) {
            removable.put(plan, plan.leftovers(failed));
            plan.accounts().forEach(account -> account(plan, account));
        }
        values.places().forEach(this::write);
        if (!wish.keepsPodIdentity()) {
            plans.forEach(this::remove);
        }
        removed.stream()
                .collect(Collectors.groupingBy(SourceObject::source, LinkedHashMap::new, Collectors.toList()))
                .values()
                .forEach(SourceObject::removeAll);
        orphans.addAll(tree.finishKustomizations(emptied(), this::isRemoved));
        tree.danglingReferences(this::isRemoved)
                .forEach(one ->
                        byHand.add(one + " in a replacement or variable, and that object is removed: take it out,"
                                + " or let it use the annotation " + Keys.CLIENT_ID + " of the service account"));
    }

    /** Whether an object of a kind is removed; without a name whether all of that kind are. */
    private boolean isRemoved(String kind, String name) {
        List<SourceObject> all = tree.objects().stream()
                .filter(one ->
                        one.kind().equals(kind) && (name.isEmpty() || one.name().equals(name)))
                .toList();
        return !all.isEmpty() && all.stream().allMatch(one -> removed.contains(one) || replaced.contains(one));
    }

    private void write(EnvironmentValues.Place place) {
        Map<String, String> common = values.common(place);
        SourceObject object = place.object();
        AccountMove account = beside.get(object);
        String about = place.kind() + " " + place.name();
        if (account != null && place.isInsteadOfItsObject()) {
            boolean needsNamespace = !object.namespace().isEmpty() || ofOtherNamespaces.contains(object);
            String text = account.manifest(place.name(), common, needsNamespace);
            if (replaced.contains(object)) {
                object.replaceBy(text);
            } else {
                object.insertBefore(text);
            }
        } else if (!common.isEmpty()) {
            try {
                object.put(place.path(), common, "");
            } catch (UneditableException e) {
                byHand(about, e.getMessage() + ". Give it " + String.join(".", place.path()) + " " + common);
            }
        }
        values.patch(place).forEach(what -> byHand(about, what));
    }

    /** What a person must do, each with the object that it is about. */
    Set<String> byHand() {
        return byHand;
    }

    boolean isByHand(ObjectRef workload) {
        return workloadsByHand.contains(workload);
    }

    List<KubernetesObject> leftovers(MovePlan plan) {
        return removable.getOrDefault(plan, List.of());
    }

    /** Service accounts that fit into no file; empty without. */
    String newAccounts() {
        return unplaced.stream()
                .map(one -> one.manifest(one.name().name(), one.annotations(), true))
                .distinct()
                .collect(Collectors.joining("---\n"));
    }

    Set<SourceText> emptied() {
        var emptied = new LinkedHashSet<>(orphans);
        for (SourceText text : tree.texts().values()) {
            List<SourceObject> objects = SourceObject.in(text);
            if (!objects.isEmpty() && removed.containsAll(objects)) {
                emptied.add(text);
            }
        }
        return emptied;
    }

    private void label(MovePlan plan, PodMove move) {
        PodSource source = move.source();
        List<SourceObject> written = written(source);
        String label = Keys.USE + ": \"true\"";
        String account = "serviceAccountName: " + move.account().name();
        Optional<SourceObject> target = labelled(source, written);
        if (target.isEmpty()) {
            failed.add(source.pod().name());
            byHand(
                    source.object(),
                    "the label " + Pod.BINDING_LABEL + " " + whence(written) + ": replace it there by " + label
                            + ", and set " + account + " in the spec of its pods");
            return;
        }
        try {
            label(move, target.get());
        } catch (UneditableException e) {
            failed.add(source.pod().name());
            byHand(source.object(), e.getMessage() + ". Give its pods the label " + label + " and " + account);
            return;
        }
        SourceObject named = written.stream()
                .filter(one ->
                        !one.text(inTemplate(one, "spec", "serviceAccountName")).isEmpty())
                .findFirst()
                .orElse(target.get());
        values.want(
                plan,
                EnvironmentValues.Place.in(named, inTemplate(named, "spec")),
                Map.of("serviceAccountName", sourceName(plan, move.account())));
    }

    private Optional<SourceObject> labelled(PodSource source, List<SourceObject> written) {
        Pod pod = source.pod();
        return written.stream()
                .filter(this::isLabelled)
                .findFirst()
                // A kustomization can make a Deployment of a Pod; the proof shows whether it does so with what is
                // changed.
                .or(() -> tree.named(pod.metadata().position(), pod.name().name()).stream()
                        .filter(this::isLabelled)
                        .findFirst())
                .or(() -> written.size() == 1 && pod.bindingLabel().isEmpty()
                        ? Optional.of(written.get(0))
                        : Optional.empty());
    }

    private void label(PodMove move, SourceObject target) {
        String gone = wish.keepsPodIdentity() ? "" : Pod.BINDING_LABEL;
        target.put(inTemplate(target, "metadata", "labels"), Map.of(Keys.USE, "true"), gone);
        // On the workload itself the label has never done anything.
        if (!inTemplate(target).isEmpty()
                && !target.text("metadata", "labels", gone).isEmpty()) {
            try {
                target.put(List.of("metadata", "labels"), Map.of(), gone);
            } catch (UneditableException shared) {
                // An anchor that others use: it may stay.
            }
        }
        if (wish.proxySidecar()) {
            annotate(target, Keys.INJECT_PROXY);
        }
        if (wish.identityBinding() && move.identities().stream().allMatch(MovedIdentity::isManaged)) {
            annotate(target, Keys.USE_IDENTITY_BINDING);
        }
    }

    private void annotate(SourceObject target, String key) {
        target.put(inTemplate(target, "metadata", "annotations"), Map.of(key, "true"), "");
    }

    /** What the pod mounts of a key vault has the pod's identity too. */
    private void mount(MovePlan plan, PodMove move) {
        Map<String, String> own =
                Map.of("usePodIdentity", "false", "clientID", move.identity().clientId());
        Proof.mounted(plan.context(), move.source())
                .filter(one -> one.way() == Way.NMI)
                .flatMap(one ->
                        tree
                                .of(
                                        one.object().position(),
                                        "SecretProviderClass",
                                        one.object().at("metadata", "name").text())
                                .stream()
                                .limit(1))
                .map(object -> EnvironmentValues.Place.in(object, List.of("spec", "parameters")))
                .forEach(place -> values.want(plan, place, own));
    }

    private List<String> inTemplate(SourceObject object, String... more) {
        return Stream.concat(tree.template(object).orElse(List.of()).stream(), Stream.of(more))
                .toList();
    }

    private boolean isLabelled(SourceObject object) {
        return tree.template(object).isPresent()
                && !object.text(inTemplate(object, "metadata", "labels", Pod.BINDING_LABEL))
                        .isEmpty();
    }

    private List<SourceObject> written(KubernetesObject object) {
        return tree.of(
                object.metadata().position(),
                object.getClass().getSimpleName(),
                object.name().name());
    }

    private List<SourceObject> written(PodSource source) {
        return tree.of(
                source.pod().metadata().position(),
                source.kind(),
                source.object().name().name());
    }

    private String whence(List<SourceObject> written) {
        List<String> files = tree.texts().values().stream()
                .filter(text -> text.text().contains(Pod.BINDING_LABEL))
                .map(SourceText::name)
                .toList();
        if (written.isEmpty() && !tree.charts().isEmpty()) {
            return "comes from a Helm chart, in "
                    + tree.charts().stream()
                            .flatMap(chart -> SourceTree.mentions(chart, Pod.BINDING_LABEL).stream())
                            .collect(Collectors.joining(", "));
        }
        return files.isEmpty()
                ? "comes from nowhere in these files"
                : "comes from an anchor, a patch or a transformer, in one of " + String.join(", ", files);
    }

    private void byHand(ObjectRef workload, String what) {
        workloadsByHand.add(workload);
        byHand(workload.toString(), what);
    }

    private void byHand(String about, String what) {
        byHand.add(about + ": " + what);
    }

    private void account(MovePlan plan, AccountMove account) {
        Optional<SourceObject> present = plan.context()
                .cluster()
                .serviceAccount(account.name())
                .flatMap(one -> written(one).stream().findFirst());
        if (present.isPresent()) {
            values.want(
                    plan,
                    EnvironmentValues.Place.in(present.get(), List.of("metadata", "annotations")),
                    account.annotations());
            return;
        }
        if (account.how() == AccountMove.How.ANNOTATE) {
            byHand(
                    "ServiceAccount " + account.name(),
                    "give it the annotations " + account.annotations() + "; it comes from a Helm chart or a generator");
            return;
        }
        define(plan, account);
    }

    private void define(MovePlan plan, AccountMove account) {
        List<PodMove> users = plan.moves().stream()
                .filter(move -> move.account().equals(account.name()))
                .toList();
        List<AzureIdentityBinding> taken = users.stream()
                .flatMap(move -> plan.context().match(move.source()).candidates().stream())
                .map(Candidate::binding)
                .toList();
        taken.forEach(one -> noteNamespace(one, account));
        Optional<SourceObject> binding = taken.stream()
                .flatMap(one -> written(one).stream())
                .filter(one -> !one.isFlow() && !isTaken(one, sourceName(plan, account.name())))
                .filter(one -> one.namespace().isEmpty()
                        || one.namespace().equals(account.name().namespace()))
                .findFirst();
        Optional<SourceObject> workload = users.stream()
                .flatMap(move -> written(move.source()).stream())
                .filter(one -> !one.isFlow() && !tree.isPatch(one.source()))
                .findFirst();
        if (binding.isPresent() && goes(plan, binding.get())) {
            replaced.add(binding.get());
            place(plan, account, binding.get());
        } else if (binding.isPresent() || workload.isPresent()) {
            place(plan, account, binding.or(() -> workload).orElseThrow());
        } else if (users.stream().noneMatch(move -> written(move.source()).isEmpty())) {
            unplaced.add(account);
        } else {
            byHand("ServiceAccount " + account.name(), "create it, with the annotations " + account.annotations());
        }
    }

    /** A binding without a namespace is of another one than a pod that names its own. */
    private void noteNamespace(AzureIdentityBinding binding, AccountMove account) {
        if (!binding.namespace().equals(account.name().namespace())) {
            ofOtherNamespaces.addAll(written(binding));
        }
    }

    /** One account takes the place of a binding; in other clusters made of the same file that is the same one. */
    private boolean isTaken(SourceObject binding, String name) {
        return replaced.contains(binding)
                && values.places().stream()
                        .anyMatch(place ->
                                place.object().equals(binding) && !place.name().equals(name));
    }

    private void place(MovePlan plan, AccountMove account, SourceObject object) {
        beside.putIfAbsent(object, account);
        values.want(
                plan,
                new EnvironmentValues.Place(
                        object, "ServiceAccount", sourceName(plan, account.name()), List.of("metadata", "annotations")),
                account.annotations());
    }

    /** As kustomizations that put something around names have it where it is written. */
    private String sourceName(MovePlan plan, ObjectName name) {
        return tree.sourceName(plan.position(), name.name());
    }

    private boolean goes(MovePlan plan, SourceObject binding) {
        return !wish.keepsPodIdentity()
                && leftovers(plan).stream()
                        .filter(AzureIdentityBinding.class::isInstance)
                        .anyMatch(one -> written(one).contains(binding));
    }

    private void remove(MovePlan plan) {
        for (KubernetesObject object : leftovers(plan)) {
            List<SourceObject> written = written(object);
            if (written.isEmpty()) {
                byHand(
                        object.getClass().getSimpleName() + " " + object.name(),
                        "remove it; it comes from a Helm chart or a generator");
            }
            written.stream().filter(one -> !replaced.contains(one)).forEach(removed::add);
        }
    }
}
