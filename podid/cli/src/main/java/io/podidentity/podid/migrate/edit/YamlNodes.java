// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate.edit;

import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.nodes.CollectionNode;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** Finds what is written below a node of YAML. */
final class YamlNodes {

    private YamlNodes() {}

    /** The field with that key; empty if there is none, or the node is no object. */
    static Optional<NodeTuple> findField(Node node, String key) {
        if (!(node instanceof MappingNode mapping)) {
            return Optional.empty();
        }
        return mapping.getValue().stream()
                .filter(field -> textAt(field.getKeyNode()).equals(key))
                .findFirst();
    }

    static Optional<Node> find(Node node, String... path) {
        Optional<Node> found = Optional.of(node);
        for (String key : path) {
            found = found.flatMap(parent -> findField(parent, key)).map(NodeTuple::getValueNode);
        }
        return found;
    }

    /** The string at a path; empty if there is none. */
    static String textAt(Node node, String... path) {
        return find(node, path).orElse(null) instanceof ScalarNode scalar ? scalar.getValue() : "";
    }

    /** The elements of the list at a path; none if there is no list. */
    static List<Node> itemsAt(Node node, String... path) {
        return find(node, path).orElse(null) instanceof SequenceNode list ? list.getValue() : List.of();
    }

    /** Whether the node is written in braces or brackets, as JSON is. */
    static boolean isFlow(Node node) {
        return node instanceof CollectionNode<?> collection && collection.getFlowStyle() == FlowStyle.FLOW;
    }
}
