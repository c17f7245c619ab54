// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate.edit;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** One object as it is written: a document, or an element of a list. Not thread-safe, as its text. */
public record SourceObject(
        SourceText source, MappingNode node, @Nullable SequenceNode list) {

    public static List<SourceObject> in(SourceText source) {
        var objects = new ArrayList<SourceObject>();
        source.documents().forEach(document -> add(source, document, null, objects));
        return objects;
    }

    private static void add(SourceText source, Node document, @Nullable SequenceNode list, List<SourceObject> objects) {
        if (!(document instanceof MappingNode mapping)) {
            return;
        }
        var object = new SourceObject(source, mapping, list);
        if (object.kind().endsWith("List") && Nodes.at(mapping, "items").orElse(null) instanceof SequenceNode items) {
            items.getValue().forEach(element -> add(source, element, items, objects));
        } else if (!object.kind().isEmpty()) {
            objects.add(object);
        }
    }

    /** The API group; empty of the core one. */
    public String group() {
        String version = text("apiVersion");
        return version.contains("/") ? version.substring(0, version.indexOf('/')) : "";
    }

    public String kind() {
        return text("kind");
    }

    public String name() {
        return text("metadata", "name");
    }

    /** As written; empty if it is left to others. */
    public String namespace() {
        return text("metadata", "namespace");
    }

    public int line() {
        return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(1);
    }

    public String text(String... path) {
        return Nodes.text(node, path);
    }

    public String text(List<String> path) {
        return Nodes.text(node, path.toArray(String[]::new));
    }

    /** The kind and name of what made it, from its {@code ownerReferences}. */
    public Optional<List<String>> owner() {
        return Nodes.items(node, "metadata", "ownerReferences").stream()
                .findFirst()
                .map(owner -> List.of(Nodes.text(owner, "kind"), Nodes.text(owner, "name")));
    }

    public boolean isFlow() {
        return Nodes.isFlow(node);
    }

    /**
     * Gives fields below a path their values, and removes one if its key is not empty; each object on the way is made
     * if it is missing.
     */
    public void put(List<String> path, Map<String, String> values, String gone) {
        new FieldsEdit(source, node, List.of(), null).at(path).put(values, gone);
    }

    /** Inserts another object before this one, of lines without indentation and ended by line feeds. */
    public void insertBefore(String block) {
        int at = source.start(node);
        if (list == null) {
            source.insertLines(source.withComments(at), block + "---\n");
        } else {
            int column = source.column(at);
            String lines = block.strip().replace("\n", "\n" + " ".repeat(column));
            source.insertLines(source.lineStart(at), " ".repeat(Math.max(0, column - 2)) + "- " + lines + "\n");
        }
    }

    /** Writes another in its place. */
    public void replaceBy(String block) {
        if (list == null) {
            source.removeDocument(source.start(node), block);
        } else {
            insertBefore(block);
            removeAll(List.of(this));
        }
    }

    /** Removes objects of one list, or documents. */
    public static void removeAll(Collection<SourceObject> objects) {
        for (SourceObject object : objects) {
            SequenceNode list = object.list;
            if (list == null) {
                object.source.removeDocument(object.source.start(object.node), "");
            } else {
                List<Node> gone = objects.stream().map(one -> (Node) one.node).toList();
                object.source.remove(list, object.node, gone);
            }
        }
    }
}
