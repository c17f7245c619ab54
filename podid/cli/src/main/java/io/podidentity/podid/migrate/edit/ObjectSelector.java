// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate.edit;

import org.snakeyaml.engine.v2.nodes.Node;

/**
 * The objects that a kustomization names, such as in the target of a patch. Immutable.
 *
 * @param name empty for all objects of the kind
 */
public record ObjectSelector(String kind, String name) {

    static ObjectSelector of(SourceObject object) {
        return new ObjectSelector(object.kind(), object.name());
    }

    static ObjectSelector read(Node node) {
        return new ObjectSelector(YamlNodes.textAt(node, "kind"), YamlNodes.textAt(node, "name"));
    }

    /** Whether the object is among those that are selected. */
    public boolean selects(SourceObject object) {
        return object.kind().equals(kind) && (name.isEmpty() || object.name().equals(name));
    }

    @Override
    public String toString() {
        return kind + " " + name;
    }
}
