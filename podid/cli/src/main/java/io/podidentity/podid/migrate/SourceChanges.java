// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate;

import io.podidentity.emulator.cluster.KubernetesObject;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.podid.migrate.EnvironmentValues.Target;
import io.podidentity.podid.migrate.edit.FieldChanges;
import io.podidentity.podid.migrate.edit.ObjectSelector;
import io.podidentity.podid.migrate.edit.SourceObject;
import io.podidentity.podid.migrate.edit.SourceText;
import io.podidentity.podid.migrate.edit.SourceTree;
import io.podidentity.podid.migrate.edit.UneditableException;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Makes the changes of plans in the files where the objects are written. Not thread-safe. */
final class SourceChanges {

    /** Where service accounts are written that fit into no file. */
    static final String ACCOUNTS_FILE = "workload-identity-service-accounts.yaml";

    private final SourceTree tree;
    private final WrittenObjects written;
    private final List<MovePlan> plans;
    private final MigrationSettings settings;
    private final EnvironmentValues values;
    private final ManualSteps manual = new ManualSteps();
    private final PodChanges pods;
    private final AccountChanges accounts;
    private final Set<SourceObject> removed = new LinkedHashSet<>();
    private final Set<SourceText> unusedPatches = new LinkedHashSet<>();
    // By identity: two environments can have equal plans, and are two environments nevertheless.
    private final IdentityHashMap<MovePlan, List<KubernetesObject>> leftoversByPlan = new IdentityHashMap<>();

    /**
     * Prepares the changes, and makes none yet.
     *
     * @param plans of several clusters, which may share files
     * @param madeByControllers what is removed, whatever the plans say
     */
    SourceChanges(
            SourceTree tree, List<MovePlan> plans, MigrationSettings settings, Set<SourceObject> madeByControllers) {
        this.tree = tree;
        this.written = new WrittenObjects(tree);
        this.plans = plans;
        this.settings = settings;
        this.values = new EnvironmentValues(tree, plans);
        this.pods = new PodChanges(tree, settings, values, manual);
        this.accounts = new AccountChanges(tree, values, manual);
        removed.addAll(madeByControllers);
    }

    /** Makes all of the changes. What cannot be changed with certainty is among the {@link #manualSteps} afterwards. */
    void make() {
        for (MovePlan plan : plans) {
            plan.moves().forEach(move -> pods.change(plan, move));
        }
        // Only now is it known which pods failed to be changed, and need their bindings further on.
        for (MovePlan plan : plans) {
            List<KubernetesObject> leftovers = Leftovers.find(plan, pods.failed());
            leftoversByPlan.put(plan, leftovers);
            List<KubernetesObject> removedObjects = settings.keepsPodIdentity() ? List.of() : leftovers;
            plan.accounts().forEach(account -> accounts.change(plan, account, removedObjects));
        }
        values.targets().forEach(this::write);
        if (!settings.keepsPodIdentity()) {
            plans.forEach(this::removeLeftovers);
        }
        removeFromTexts();
        unusedPatches.addAll(tree.finishKustomizations(findEmptied(), this::isRemoved));
        for (String reference : tree.findDanglingReferences(this::isRemoved)) {
            manual.add(reference + " in a replacement or variable, and that object is removed: take it out,"
                    + " or let it use the annotation " + Keys.CLIENT_ID + " of the service account");
        }
    }

    private void write(Target target) {
        Map<String, String> common = values.findCommon(target);
        if (target.isNewObject()) {
            accounts.writeAccount(target, common);
        } else if (!common.isEmpty()) {
            change(target, common);
        }
        values.addPatches(target).forEach(step -> manual.add(target.describe(), step));
    }

    private void change(Target target, Map<String, String> common) {
        try {
            target.object().change(target.path(), FieldChanges.set(common));
        } catch (UneditableException e) {
            manual.add(target.describe(), e.getMessage() + ". Give it " + target.describePath() + " " + common);
        }
    }

    private void removeLeftovers(MovePlan plan) {
        for (KubernetesObject object : leftovers(plan)) {
            List<SourceObject> places = written.find(object);
            if (places.isEmpty()) {
                manual.add(
                        WrittenObjects.kindOf(object) + " " + object.name(),
                        "remove it; it comes from a Helm chart or a generator");
            }
            places.stream().filter(place -> !accounts.isReplaced(place)).forEach(removed::add);
        }
    }

    /** All objects of a text are removed together, since the elements of a list share its commas. */
    private void removeFromTexts() {
        Map<SourceText, List<SourceObject>> byText = removed.stream()
                .collect(Collectors.groupingBy(SourceObject::source, LinkedHashMap::new, Collectors.toList()));
        byText.values().forEach(SourceObject::removeAll);
    }

    /** Whether there are such objects in the files, and all of them are removed. */
    private boolean isRemoved(ObjectSelector selector) {
        List<SourceObject> selected =
                tree.objects().stream().filter(selector::selects).toList();
        return !selected.isEmpty()
                && selected.stream().allMatch(object -> removed.contains(object) || accounts.isReplaced(object));
    }

    /** What a person must do, each step with the object that it is about. */
    ManualSteps manualSteps() {
        return manual;
    }

    /** The objects of pod identity that nothing in the plan's cluster needs any more. */
    List<KubernetesObject> leftovers(MovePlan plan) {
        return leftoversByPlan.getOrDefault(plan, List.of());
    }

    /** The manifests of the service accounts that fit into no file; empty if there are none. */
    String newAccounts() {
        return accounts.writeUnplacedAccounts();
    }

    /** The files that nothing is left in, and patches that no kustomization names any more. */
    Set<SourceText> findEmptied() {
        var emptied = new LinkedHashSet<>(unusedPatches);
        for (SourceText text : tree.texts().values()) {
            List<SourceObject> objects = SourceObject.readAll(text);
            if (!objects.isEmpty() && removed.containsAll(objects)) {
                emptied.add(text);
            }
        }
        return emptied;
    }
}
