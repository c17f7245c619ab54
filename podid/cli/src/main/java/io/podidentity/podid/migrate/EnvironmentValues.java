// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate;

import io.podidentity.podid.migrate.edit.SourceObject;
import io.podidentity.podid.migrate.edit.SourceText;
import io.podidentity.podid.migrate.edit.SourceTree;
import io.podidentity.podid.migrate.edit.UneditableException;
import io.podidentity.podid.text.YamlText;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Values that the clusters of several kustomizations want at one place of a shared file. What all clusters want is
 * written there. What only some want, each gets through a patch in its own kustomization, so that no cluster gets the
 * value of another one. Not thread-safe.
 */
final class EnvironmentValues {

    private final SourceTree tree;
    private final List<MovePlan> plans;
    // By identity: two environments can have equal plans, and are two environments nevertheless.
    private final Map<Target, IdentityHashMap<MovePlan, Map<String, String>>> wanted = new LinkedHashMap<>();

    /**
     * Fields at a path of an object.
     *
     * @param object where the fields are written, or which object the new one is written beside
     * @param kind the kind of the object that gets the fields, as a patch has to name it
     * @param name the name of that object
     */
    record Target(SourceObject object, String kind, String name, List<String> path) {

        static Target in(SourceObject object, List<String> path) {
            return new Target(object, object.kind(), object.name(), path);
        }

        /** Whether a new object gets the fields, which takes the place of the written one or stands beside it. */
        boolean isNewObject() {
            return !object.kind().equals(kind);
        }

        String describe() {
            return kind + " " + name;
        }

        String describePath() {
            return String.join(".", path);
        }
    }

    EnvironmentValues(SourceTree tree, List<MovePlan> plans) {
        this.tree = tree;
        this.plans = plans;
    }

    /** Notes that a cluster wants values. The file and the kustomizations are changed later. */
    void want(MovePlan plan, Target target, Map<String, String> values) {
        wanted.computeIfAbsent(target, key -> new IdentityHashMap<>())
                .computeIfAbsent(plan, key -> new LinkedHashMap<>())
                .putAll(values);
    }

    List<Target> targets() {
        return List.copyOf(wanted.keySet());
    }

    /** The values that every cluster wants that is made of the target's file. */
    Map<String, String> findCommon(Target target) {
        IdentityHashMap<MovePlan, Map<String, String>> byPlan = wanted.getOrDefault(target, new IdentityHashMap<>());
        var common = new LinkedHashMap<String, String>();
        byPlan.values().forEach(common::putAll);
        for (MovePlan plan : plans) {
            Map<String, String> own = byPlan.getOrDefault(plan, Map.of());
            if (byPlan.containsKey(plan) || isMadeOf(plan, target.object().source())) {
                common.entrySet().retainAll(own.entrySet());
            }
        }
        return common;
    }

    /** The values that only some clusters want, and this one does. */
    private Map<String, String> findOwn(MovePlan plan, Target target) {
        var own = new LinkedHashMap<>(
                wanted.getOrDefault(target, new IdentityHashMap<>()).getOrDefault(plan, Map.of()));
        own.keySet().removeAll(findCommon(target).keySet());
        return own;
    }

    /**
     * Adds a patch to each kustomization that wants values of its own.
     *
     * @return for each patch that cannot be added what a person must do instead
     */
    List<String> addPatches(Target target) {
        var steps = new ArrayList<String>();
        for (MovePlan plan : plans) {
            Map<String, String> own = findOwn(plan, target);
            if (own.isEmpty()) {
                continue;
            }
            try {
                tree.addPatch(plan.position(), target.kind(), target.name(), writePatch(target, own));
            } catch (UneditableException e) {
                steps.add(
                        e.getMessage() + ". There give " + target.describe() + " " + target.describePath() + " " + own);
            }
        }
        return steps;
    }

    private boolean isMadeOf(MovePlan plan, SourceText text) {
        return plan.context().manifests().objects().stream()
                .anyMatch(object -> tree.isMadeOf(object.content().position(), text));
    }

    private static String writePatch(Target target, Map<String, String> values) {
        // A service account may be new, and then stand beside an object of another API.
        boolean isAccount = target.kind().equals("ServiceAccount");
        Map<String, Object> metadata = new LinkedHashMap<>(Map.of("name", target.name()));
        var patch = new LinkedHashMap<String, Object>();
        patch.put("apiVersion", isAccount ? "v1" : target.object().textAt("apiVersion"));
        patch.put("kind", target.kind());
        patch.put("metadata", metadata);
        List<String> path = target.path();
        if (path.get(0).equals("metadata")) {
            metadata.putAll(YamlText.nested(path.subList(1, path.size()), values));
        } else {
            patch.putAll(YamlText.nested(path, values));
        }
        return YamlText.block(patch, 0);
    }
}
