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
 * Values that the clusters of several kustomizations want at one place of a shared file. What all of them want is
 * written there; what only some want, each gets by a patch in its own kustomization, so that no cluster gets the value
 * of another one. Not thread-safe.
 */
final class EnvironmentValues {

    private final SourceTree tree;
    private final List<MovePlan> plans;
    private final Map<Place, IdentityHashMap<MovePlan, Map<String, String>>> wanted = new LinkedHashMap<>();

    /** Fields at a path of an object; the kind is that of what is patched, if another object takes its place. */
    record Place(SourceObject object, String kind, String name, List<String> path) {

        static Place in(SourceObject object, List<String> path) {
            return new Place(object, object.kind(), object.name(), path);
        }

        /** Whether what is patched is not what is written there, but takes its place or stands beside it. */
        boolean isInsteadOfItsObject() {
            return !object.kind().equals(kind);
        }
    }

    EnvironmentValues(SourceTree tree, List<MovePlan> plans) {
        this.tree = tree;
        this.plans = plans;
    }

    void want(MovePlan plan, Place place, Map<String, String> values) {
        wanted.computeIfAbsent(place, key -> new IdentityHashMap<>())
                .computeIfAbsent(plan, key -> new LinkedHashMap<>())
                .putAll(values);
    }

    List<Place> places() {
        return List.copyOf(wanted.keySet());
    }

    /** What every cluster that is made of the place's file wants there. */
    Map<String, String> common(Place place) {
        IdentityHashMap<MovePlan, Map<String, String>> byPlan = wanted.getOrDefault(place, new IdentityHashMap<>());
        var common = new LinkedHashMap<String, String>();
        byPlan.values().forEach(common::putAll);
        plans.stream()
                .filter(plan -> byPlan.containsKey(plan)
                        || isMadeOf(plan, place.object().source()))
                .forEach(plan -> common.entrySet()
                        .retainAll(byPlan.getOrDefault(plan, Map.of()).entrySet()));
        return common;
    }

    /** Patches the kustomizations that want something of their own, and says which cannot be. */
    List<String> patch(Place place) {
        Map<String, String> common = common(place);
        var failed = new ArrayList<String>();
        for (MovePlan plan : plans) {
            var own = new LinkedHashMap<>(
                    wanted.getOrDefault(place, new IdentityHashMap<>()).getOrDefault(plan, Map.of()));
            own.keySet().removeAll(common.keySet());
            if (own.isEmpty()) {
                continue;
            }
            try {
                tree.addPatch(plan.position(), place.kind(), place.name(), text(place, own));
            } catch (UneditableException e) {
                failed.add(e.getMessage() + ". There give " + place.kind() + " " + place.name() + " "
                        + String.join(".", place.path()) + " " + own);
            }
        }
        return failed;
    }

    private boolean isMadeOf(MovePlan plan, SourceText text) {
        return plan.context().manifests().objects().stream()
                .anyMatch(one -> tree.isMadeOf(one.content().position(), text));
    }

    private static String text(Place place, Map<String, String> values) {
        boolean isAccount = place.kind().equals("ServiceAccount");
        List<String> path = place.path();
        boolean inMetadata = path.get(0).equals("metadata");
        Map<String, Object> metadata = new LinkedHashMap<>(Map.of("name", place.name()));
        var object = new LinkedHashMap<String, Object>();
        object.put("apiVersion", isAccount ? "v1" : place.object().text("apiVersion"));
        object.put("kind", place.kind());
        object.put("metadata", metadata);
        (inMetadata ? metadata : object)
                .putAll(YamlText.nested(inMetadata ? path.subList(1, path.size()) : path, values));
        return YamlText.block(object, 0);
    }
}
