// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate;

import io.podidentity.emulator.cluster.AzureIdentityBinding;
import io.podidentity.emulator.cluster.KubernetesObject;
import io.podidentity.emulator.match.Candidate;
import io.podidentity.podid.migrate.EnvironmentValues.Target;
import io.podidentity.podid.migrate.edit.SourceObject;
import io.podidentity.podid.migrate.edit.SourceTree;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Annotates service accounts, and finds where new ones are written: in the place of a binding that is removed, before
 * an object that stays, or in a file of their own. Not thread-safe.
 *
 * <p>Lifecycle: {@link #change} for each account of each plan, and then {@link #writeAccount} for the targets that are
 * new objects.
 */
final class AccountChanges {

    private static final List<String> ANNOTATIONS = List.of("metadata", "annotations");
    private static final String SERVICE_ACCOUNT = "ServiceAccount";

    private final SourceTree tree;
    private final WrittenObjects written;
    private final EnvironmentValues values;
    private final ManualSteps manual;
    private final Set<SourceObject> replaced = new LinkedHashSet<>();
    /** The new service account that each object is replaced by, or that is written before the object. */
    private final Map<SourceObject, AccountMove> accountsByObject = new LinkedHashMap<>();
    /** Those of the objects beside which an account without a namespace would land in another namespace. */
    private final Set<SourceObject> ofOtherNamespaces = new HashSet<>();

    private final Set<AccountMove> unplaced = new LinkedHashSet<>();

    AccountChanges(SourceTree tree, EnvironmentValues values, ManualSteps manual) {
        this.tree = tree;
        this.written = new WrittenObjects(tree);
        this.values = values;
        this.manual = manual;
    }

    /**
     * Annotates an account where it is written, or decides where a new one is written.
     *
     * @param removed the objects of pod identity that are removed from the plan's cluster
     */
    void change(MovePlan plan, AccountMove account, List<KubernetesObject> removed) {
        Optional<SourceObject> present = plan.context()
                .cluster()
                .serviceAccount(account.name())
                .flatMap(object -> written.find(object).stream().findFirst());
        if (present.isPresent()) {
            values.want(plan, Target.in(present.get(), ANNOTATIONS), account.annotations());
        } else if (account.how() == AccountMove.How.ANNOTATE) {
            manual.add(
                    SERVICE_ACCOUNT + " " + account.name(),
                    "give it the annotations " + account.annotations() + "; it comes from a Helm chart or a generator");
        } else {
            define(plan, account, removed);
        }
    }

    /**
     * Decides where a new account is written: in the place of a binding that is removed, before a binding or a
     * workload that stays, or in a file of its own. An object in braces takes no block beside it, and a new object in
     * a patch would patch nothing.
     */
    private void define(MovePlan plan, AccountMove account, List<KubernetesObject> removed) {
        List<PodMove> pods = plan.moves().stream()
                .filter(move -> move.account().equals(account.name()))
                .toList();
        List<AzureIdentityBinding> bindings = pods.stream()
                .flatMap(move -> plan.context().match(move.source()).candidates().stream())
                .map(Candidate::binding)
                .toList();
        bindings.forEach(binding -> noteNamespace(binding, account));
        Optional<SourceObject> binding = findReplaceable(plan, account, bindings);
        Optional<SourceObject> workload = findWorkload(pods);
        if (binding.isPresent() && isRemoved(binding.get(), removed)) {
            replaced.add(binding.get());
            place(plan, account, binding.get());
        } else if (binding.isPresent()) {
            place(plan, account, binding.get());
        } else if (workload.isPresent()) {
            place(plan, account, workload.get());
        } else if (areAllWritten(pods)) {
            unplaced.add(account);
        } else {
            manual.add(
                    SERVICE_ACCOUNT + " " + account.name(), "create it, with the annotations " + account.annotations());
        }
    }

    /** A binding without a namespace is in another one than a pod that names its own. */
    private void noteNamespace(AzureIdentityBinding binding, AccountMove account) {
        if (!binding.namespace().equals(account.name().namespace())) {
            ofOtherNamespaces.addAll(written.find(binding));
        }
    }

    private Optional<SourceObject> findReplaceable(
            MovePlan plan, AccountMove account, List<AzureIdentityBinding> bindings) {
        String sourceName = written.sourceName(plan, account.name());
        return bindings.stream()
                .flatMap(binding -> written.find(binding).stream())
                .filter(object -> !object.isFlow())
                .filter(object -> !isTakenByAnother(object, sourceName))
                .filter(object -> fitsNamespace(object, account))
                .findFirst();
    }

    /** One account takes the place of a binding; in other clusters made of the same file that is the same account. */
    private boolean isTakenByAnother(SourceObject binding, String account) {
        return replaced.contains(binding)
                && values.targets().stream()
                        .anyMatch(target -> target.object().equals(binding)
                                && !target.name().equals(account));
    }

    private static boolean fitsNamespace(SourceObject binding, AccountMove account) {
        return binding.namespace().isEmpty()
                || binding.namespace().equals(account.name().namespace());
    }

    private Optional<SourceObject> findWorkload(List<PodMove> pods) {
        return pods.stream()
                .flatMap(move -> written.find(move.source()).stream())
                .filter(object -> !object.isFlow() && !tree.isPatch(object.source()))
                .findFirst();
    }

    private boolean areAllWritten(List<PodMove> pods) {
        return pods.stream().noneMatch(move -> written.find(move.source()).isEmpty());
    }

    private boolean isRemoved(SourceObject binding, List<KubernetesObject> removed) {
        return removed.stream()
                .filter(AzureIdentityBinding.class::isInstance)
                .anyMatch(object -> written.find(object).contains(binding));
    }

    private void place(MovePlan plan, AccountMove account, SourceObject object) {
        accountsByObject.putIfAbsent(object, account);
        String sourceName = written.sourceName(plan, account.name());
        values.want(plan, new Target(object, SERVICE_ACCOUNT, sourceName, ANNOTATIONS), account.annotations());
    }

    /** Writes the new account that a target stands for, with the annotations that all environments share. */
    void writeAccount(Target target, Map<String, String> annotations) {
        SourceObject object = target.object();
        AccountMove account = accountsByObject.get(object);
        if (account == null) {
            throw new IllegalStateException("no service account is placed beside " + target.describe());
        }
        boolean needsNamespace = !object.namespace().isEmpty() || ofOtherNamespaces.contains(object);
        String manifest = account.writeManifest(target.name(), annotations, needsNamespace);
        if (replaced.contains(object)) {
            object.replaceBy(manifest);
        } else {
            object.insertBefore(manifest);
        }
    }

    /** Whether a service account takes the place of the object. */
    boolean isReplaced(SourceObject object) {
        return replaced.contains(object);
    }

    /** The manifests of the service accounts that fit into no file; empty if there are none. */
    String writeUnplacedAccounts() {
        return unplaced.stream()
                .map(account -> account.writeManifest(account.name().name(), account.annotations(), true))
                .distinct()
                .collect(Collectors.joining("---\n"));
    }
}
