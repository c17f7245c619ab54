// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate;

import io.podidentity.podid.migrate.edit.SourceObject;
import io.podidentity.podid.migrate.edit.SourceObject.Owner;
import io.podidentity.podid.migrate.edit.SourceTree;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Finds the pods, ReplicaSets and Jobs that controllers made from an object in the same files, as in what {@code
 * kubectl get -o yaml} prints. They follow from that object, so they are left out before anything is decided.
 */
final class ControllerObjects {

    /** Which kind makes the objects that make pods. */
    private static final Map<String, String> MAKERS = Map.of("ReplicaSet", "Deployment", "Job", "CronJob");

    private final Set<Identifier> present = new HashSet<>();

    private record Identifier(String kind, String namespace, String name) {}

    private ControllerObjects(SourceTree tree) {
        for (SourceObject object : tree.objects()) {
            present.add(new Identifier(object.kind(), object.namespace(), object.name()));
        }
    }

    static Set<SourceObject> find(SourceTree tree) {
        var controllers = new ControllerObjects(tree);
        return tree.objects().stream().filter(controllers::isMadeByPresent).collect(Collectors.toSet());
    }

    private boolean isMadeByPresent(SourceObject object) {
        Optional<Owner> owner = object.findOwner();
        return owner.isPresent() && isPresentOrMadeByPresent(owner.get(), object.namespace());
    }

    private boolean isPresentOrMadeByPresent(Owner owner, String namespace) {
        if (present.contains(new Identifier(owner.kind(), namespace, owner.name()))) {
            return true;
        }
        String maker = MAKERS.get(owner.kind());
        // A maker puts a hyphen and a suffix without a hyphen behind its own name.
        String nameOfMaker = owner.name().replaceFirst("-?[^-]*$", "");
        return maker != null && present.contains(new Identifier(maker, namespace, nameOfMaker));
    }
}
