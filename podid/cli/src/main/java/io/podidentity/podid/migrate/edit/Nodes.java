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

/** Finds what is written below a node. */
final class Nodes {

    private Nodes() {}

    /** The field of that key; empty if there is none, or the node is no object. */
    static Optional<NodeTuple> field(Node node, String key) {
        return node instanceof MappingNode mapping
                ? mapping.getValue().stream()
                        .filter(one -> text(one.getKeyNode()).equals(key))
                        .findFirst()
                : Optional.empty();
    }

    static Optional<Node> at(Node node, String... path) {
        Optional<Node> at = Optional.of(node);
        for (String key : path) {
            at = at.flatMap(one -> field(one, key)).map(NodeTuple::getValueNode);
        }
        return at;
    }

    static String text(Node node, String... path) {
        return at(node, path).orElse(null) instanceof ScalarNode scalar ? scalar.getValue() : "";
    }

    static List<Node> items(Node node, String... path) {
        return at(node, path).orElse(null) instanceof SequenceNode list ? list.getValue() : List.of();
    }

    /** Whether it is written in braces or brackets, as JSON is. */
    static boolean isFlow(Node node) {
        return node instanceof CollectionNode<?> collection && collection.getFlowStyle() == FlowStyle.FLOW;
    }
}
