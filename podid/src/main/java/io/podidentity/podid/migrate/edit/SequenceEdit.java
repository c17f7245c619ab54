package io.podidentity.podid.migrate.edit;

import java.util.List;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** Removes elements of lists, and finds where values end. */
final class SequenceEdit {

    private SequenceEdit() {}

    /** @param gone all that are removed from the list */
    static void remove(SourceText source, SequenceNode list, Node element, List<Node> gone) {
        List<Node> all = list.getValue();
        int index = all.indexOf(element);
        if (list.getFlowStyle() == FlowStyle.FLOW) {
            int kept = index - 1;
            while (kept >= 0 && gone.contains(all.get(kept))) {
                kept--;
            }
            if (kept >= 0) {
                source.replace(source.end(all.get(kept)), source.end(element), "");
            } else {
                int end = index + 1 < all.size() ? source.start(all.get(index + 1)) : source.end(element);
                source.replace(source.start(element), end, "");
            }
            return;
        }
        int end = index + 1 < all.size()
                ? source.withComments(source.start(all.get(index + 1)))
                : source.nextLine(Math.max(0, end(source, element) - 1));
        source.replace(source.withComments(source.start(element)), end, "");
    }

    /** Where the text of a value ends: of a block that is where its last part does, without comments behind it. */
    static int end(SourceText source, Node node) {
        if (node instanceof MappingNode mapping
                && mapping.getFlowStyle() == FlowStyle.BLOCK
                && !mapping.getValue().isEmpty()) {
            return end(source, mapping.getValue().get(mapping.getValue().size() - 1));
        }
        if (node instanceof SequenceNode list
                && list.getFlowStyle() == FlowStyle.BLOCK
                && !list.getValue().isEmpty()) {
            return end(source, list.getValue().get(list.getValue().size() - 1));
        }
        return source.end(node);
    }

    static int end(SourceText source, NodeTuple tuple) {
        int key = source.end(tuple.getKeyNode());
        if (isAlias(source, tuple)) {
            int star = source.text().indexOf('*', key);
            int end = star + 1;
            while (end < source.text().length()
                    && !Character.isWhitespace(source.text().charAt(end))
                    && ",]}".indexOf(source.text().charAt(end)) < 0) {
                end++;
            }
            return end;
        }
        return Math.max(key, end(source, tuple.getValueNode()));
    }

    /** What an alias stands for was written before. */
    static boolean isAlias(SourceText source, NodeTuple tuple) {
        return source.start(tuple.getValueNode()) < source.start(tuple.getKeyNode());
    }
}
