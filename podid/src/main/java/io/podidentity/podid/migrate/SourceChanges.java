package io.podidentity.podid.migrate;

import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.AzureIdentityBinding;
import io.podidentity.emulator.cluster.KubernetesObject;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.match.Candidate;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.podid.check.source.PodSource;
import io.podidentity.podid.migrate.edit.SourceObject;
import io.podidentity.podid.migrate.edit.SourceText;
import io.podidentity.podid.migrate.edit.SourceTree;
import io.podidentity.podid.migrate.edit.UneditableException;
import io.podidentity.podid.migrate.edit.YamlText;
import io.podidentity.podid.migrate.plan.AccountMove;
import io.podidentity.podid.migrate.plan.MovePlan;
import io.podidentity.podid.migrate.plan.PodMove;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes a plan's changes in the files where the objects are written. Not thread-safe. */
final class SourceChanges {

    /** Where service accounts are written that fit into no file. */
    static final String ACCOUNTS_FILE = "workload-identity-service-accounts.yaml";

    private final SourceTree tree;
    private final boolean keepsPodIdentity;
    private final boolean proxySidecar;
    private final Set<SourceObject> replaced = new LinkedHashSet<>();
    private final Set<SourceObject> removed = new LinkedHashSet<>();
    private final Set<ObjectName> defined = new LinkedHashSet<>();
    private final Map<String, List<String>> byHand = new LinkedHashMap<>();
    private final StringBuilder accounts = new StringBuilder();
    /** Pods that a person must change. */
    private final Set<ObjectName> failed = new HashSet<>();

    private final IdentityHashMap<MovePlan, List<KubernetesObject>> removable = new IdentityHashMap<>();

    SourceChanges(SourceTree tree, boolean keepsPodIdentity, boolean proxySidecar) {
        this.tree = tree;
        this.keepsPodIdentity = keepsPodIdentity;
        this.proxySidecar = proxySidecar;
    }

    /** Plans of several clusters may share files. */
    void make(List<MovePlan> plans) {
        plans.forEach(plan -> plan.moves().forEach(this::label));
        for (MovePlan plan : plans) {
            removable.put(plan, plan.leftovers(failed));
            plan.accounts().forEach(account -> account(plan, account));
        }
        if (!keepsPodIdentity) {
            plans.forEach(this::remove);
        }
    }

    /** What a person must do, by the pod or object that it is about. */
    Map<String, List<String>> byHand() {
        return byHand;
    }

    /** What a plan's pods need no more, whether it is removed or kept for a time. */
    List<KubernetesObject> leftovers(MovePlan plan) {
        return removable.getOrDefault(plan, List.of());
    }

    /** Service accounts that fit into no file; empty without. */
    String newAccounts() {
        return accounts.toString();
    }

    /** Files of which nothing is left. */
    Set<SourceText> emptied() {
        var emptied = new LinkedHashSet<SourceText>();
        for (SourceText text : tree.texts().values()) {
            List<SourceObject> objects = SourceObject.in(text);
            if (!objects.isEmpty()
                    && removed.stream().filter(one -> one.source() == text).count() == objects.size()) {
                emptied.add(text);
            }
        }
        return emptied;
    }

    private void label(PodMove move) {
        PodSource source = move.source();
        List<SourceObject> written = written(source);
        List<SourceObject> labelled =
                written.stream().filter(SourceChanges::isLabelled).toList();
        if (labelled.isEmpty()) {
            // A kustomization can make a Deployment of a Pod; the proof shows whether it does so with what is changed.
            labelled = tree
                    .named(
                            source.pod().metadata().position(),
                            source.pod().name().name())
                    .stream()
                    .filter(SourceChanges::isLabelled)
                    .toList();
        }
        if (labelled.isEmpty()
                && !(written.size() == 1 && source.pod().bindingLabel().isEmpty())) {
            failed.add(source.pod().name());
            byHand(
                    source.object(),
                    "the label " + Pod.BINDING_LABEL + " " + whence(written)
                            + ": replace it there by " + Keys.USE + ": \"true\", and set serviceAccountName: "
                            + move.account().name() + " in the spec of its pods");
            return;
        }
        SourceObject target = labelled.isEmpty() ? written.get(0) : labelled.get(0);
        SourceObject named = written.stream()
                .filter(one -> !one.text(path(template(one), "spec", "serviceAccountName"))
                        .isEmpty())
                .findFirst()
                .orElse(target);
        try {
            String gone = keepsPodIdentity ? "" : Pod.BINDING_LABEL;
            target.at(List.of(path(template(target), "metadata", "labels"))).put(Map.of(Keys.USE, "true"), gone);
            named.at(List.of(path(template(named), "spec")))
                    .put(Map.of("serviceAccountName", move.account().name()), "");
            forgetOnWorkload(target, gone);
            if (proxySidecar) {
                target.at(List.of(path(template(target), "metadata", "annotations")))
                        .put(Map.of(Keys.INJECT_PROXY, "true"), "");
            }
        } catch (UneditableException e) {
            failed.add(source.pod().name());
            byHand(
                    source.object(),
                    e.getMessage() + ". Give its pods the label " + Keys.USE + ": \"true\" and"
                            + " serviceAccountName: " + move.account().name());
        }
    }

    /** The same label on the workload itself, where it has never done anything, and may stay if it must. */
    private static void forgetOnWorkload(SourceObject object, String gone) {
        if (gone.isEmpty()
                || template(object).isEmpty()
                || object.text("metadata", "labels", gone).isEmpty()) {
            return;
        }
        try {
            object.at(List.of("metadata", "labels")).put(Map.of(), gone);
        } catch (UneditableException shared) {
            // An anchor that others use: it may stay.
            return;
        }
    }

    private static List<String> template(SourceObject object) {
        return PodSource.templatePath(object.kind()).orElse(List.of());
    }

    private static boolean isLabelled(SourceObject object) {
        return PodSource.templatePath(object.kind()).isPresent()
                && !object.text(path(template(object), "metadata", "labels", Pod.BINDING_LABEL))
                        .isEmpty();
    }

    private List<SourceObject> written(PodSource source) {
        String name = source.object().substring(source.object().indexOf('/') + 1);
        return tree.of(source.pod().metadata().position(), source.kind(), name);
    }

    private static String[] path(List<String> template, String... more) {
        var all = new ArrayList<>(template);
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    private String whence(List<SourceObject> written) {
        List<String> files = tree.texts().values().stream()
                .filter(text -> text.text().contains(Pod.BINDING_LABEL))
                .map(SourceText::name)
                .toList();
        if (written.isEmpty() && !tree.charts().isEmpty()) {
            return "comes from a Helm chart, in "
                    + String.join(", ", HelmCharts.mentions(tree.charts(), Pod.BINDING_LABEL));
        }
        return files.isEmpty()
                ? "comes from nowhere in these files"
                : "comes from an anchor, a patch or a transformer, in one of " + String.join(", ", files);
    }

    private void byHand(String object, String what) {
        List<String> all = byHand.computeIfAbsent(object, key -> new ArrayList<>());
        if (!all.contains(what)) {
            all.add(what);
        }
    }

    private void account(MovePlan plan, AccountMove account) {
        Optional<SourceObject> present = plan.context()
                .cluster()
                .serviceAccount(account.name())
                .flatMap(one -> tree
                        .of(
                                one.metadata().position(),
                                "ServiceAccount",
                                one.name().name())
                        .stream()
                        .findFirst());
        if (present.isPresent()) {
            try {
                present.get().at(List.of("metadata", "annotations")).put(account.annotations(), "");
            } catch (UneditableException e) {
                byHand(
                        "ServiceAccount " + account.name(),
                        e.getMessage() + ". Give it the annotations " + account.annotations());
            }
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
        Optional<SourceObject> binding = users.stream()
                .flatMap(move -> plan.context().match(move.source()).candidates().stream())
                .map(Candidate::binding)
                .flatMap(one -> tree
                        .of(
                                one.metadata().position(),
                                "AzureIdentityBinding",
                                one.name().name())
                        .stream())
                .filter(one -> !one.isFlow() && !replaced.contains(one))
                .filter(one -> one.namespace().isEmpty()
                        || one.namespace().equals(account.name().namespace()))
                .findFirst();
        Optional<SourceObject> workload = users.stream()
                .flatMap(move -> written(move.source()).stream())
                .filter(one -> !one.isFlow() && !tree.isPatch(one.source()))
                .findFirst();
        // A second cluster of the same files needs no second one.
        boolean again = !defined.add(account.name()) && (binding.isPresent() || workload.isPresent());
        if (again) {
            return;
        }
        if (binding.isPresent() && goes(plan, binding.get())) {
            replaced.add(binding.get());
            binding.get().replaceBy(text(account, binding.get()));
        } else if (binding.isPresent()) {
            binding.get().insertBefore(text(account, binding.get()));
        } else if (workload.isPresent()) {
            workload.get().insertBefore(text(account, workload.get()));
        } else if (users.stream().noneMatch(move -> written(move.source()).isEmpty())) {
            accounts.append(accounts.isEmpty() ? "" : "---\n").append(text(account, null));
        } else {
            byHand("ServiceAccount " + account.name(), "create it, with the annotations " + account.annotations());
        }
    }

    private boolean goes(MovePlan plan, SourceObject binding) {
        return !keepsPodIdentity
                && leftovers(plan).stream()
                        .filter(AzureIdentityBinding.class::isInstance)
                        .flatMap(one -> tree
                                .of(
                                        one.metadata().position(),
                                        binding.kind(),
                                        one.name().name())
                                .stream())
                        .anyMatch(binding::equals);
    }

    private static String text(AccountMove account, @Nullable SourceObject beside) {
        var text = new StringBuilder("apiVersion: v1\nkind: ServiceAccount\nmetadata:\n");
        text.append("  name: ").append(YamlText.of(account.name().name())).append('\n');
        String namespace = account.name().namespace();
        boolean isWritten = beside == null || !beside.namespace().isEmpty();
        if (isWritten) {
            text.append("  namespace: ").append(YamlText.of(namespace)).append('\n');
        }
        text.append("  annotations:\n");
        account.annotations()
                .forEach((key, value) -> text.append("    ")
                        .append(key)
                        .append(": ")
                        .append(YamlText.of(value))
                        .append('\n'));
        if (!account.pullSecrets().isEmpty()) {
            text.append("imagePullSecrets:\n");
            account.pullSecrets()
                    .forEach(secret -> text.append("  - name: ")
                            .append(YamlText.of(secret))
                            .append('\n'));
        }
        return text.toString();
    }

    private void remove(MovePlan plan) {
        for (KubernetesObject object : leftovers(plan)) {
            String kind = kind(object);
            List<SourceObject> written =
                    tree.of(object.metadata().position(), kind, object.name().name());
            if (written.isEmpty()) {
                byHand(kind + " " + object.name(), "remove it; it comes from a Helm chart or a generator");
            }
            written.stream().filter(one -> !replaced.contains(one)).forEach(removed::add);
        }
        Map<SourceText, List<SourceObject>> byText = new LinkedHashMap<>();
        removed.forEach(one ->
                byText.computeIfAbsent(one.source(), text -> new ArrayList<>()).add(one));
        byText.values().forEach(SourceObject::removeAll);
        emptied().forEach(tree::unlist);
    }

    private static String kind(KubernetesObject object) {
        return object instanceof AzureIdentity
                ? "AzureIdentity"
                : object instanceof AzureIdentityBinding ? "AzureIdentityBinding" : "AzurePodIdentityException";
    }
}
