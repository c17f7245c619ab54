// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate.edit;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * One object as it is written: a document, or an element of a list. Not thread-safe, as its text is not.
 *
 * @param list the list that the object is an element of; null if the object is a document
 */
public record SourceObject(
        SourceText source, MappingNode node, @Nullable SequenceNode list) {

    /** The object that made another one, from the other one's {@code ownerReferences}. */
    public record Owner(String kind, String name) {}

    /** Reads the objects of a text, in their order, and those in lists such as {@code kind: List}. */
    public static List<SourceObject> readAll(SourceText source) {
        var objects = new ArrayList<SourceObject>();
        source.documents().forEach(document -> addObjects(source, document, null, objects));
        return objects;
    }

    private static void addObjects(
            SourceText source, Node document, @Nullable SequenceNode list, List<SourceObject> objects) {
        if (!(document instanceof MappingNode mapping)) {
            return;
        }
        var object = new SourceObject(source, mapping, list);
        if (object.kind().endsWith("List")
                && YamlNodes.find(mapping, "items").orElse(null) instanceof SequenceNode items) {
            items.getValue().forEach(element -> addObjects(source, element, items, objects));
        } else if (!object.kind().isEmpty()) {
            objects.add(object);
        }
    }

    /** The API group; empty for the core group. */
    public String group() {
        String version = textAt("apiVersion");
        return version.contains("/") ? version.substring(0, version.indexOf('/')) : "";
    }

    public String kind() {
        return textAt("kind");
    }

    public String name() {
        return textAt("metadata", "name");
    }

    /** The namespace as it is written; empty if the manifest leaves it to others, such as {@code kubectl -n}. */
    public String namespace() {
        return textAt("metadata", "namespace");
    }

    /** The line where the object begins, counted from 1. */
    public int line() {
        return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(1);
    }

    /** The string at a path; empty if there is none. */
    public String textAt(String... path) {
        return YamlNodes.textAt(node, path);
    }

    public String textAt(List<String> path) {
        return YamlNodes.textAt(node, path.toArray(String[]::new));
    }

    public Optional<Owner> findOwner() {
        return YamlNodes.itemsAt(node, "metadata", "ownerReferences").stream()
                .findFirst()
                .map(owner -> new Owner(YamlNodes.textAt(owner, "kind"), YamlNodes.textAt(owner, "name")));
    }

    /** Whether the object is written in braces, as JSON is. */
    public boolean isFlow() {
        return YamlNodes.isFlow(node);
    }

    /**
     * Changes the fields below a path. Each object on the way is written if it is missing.
     *
     * @throws UneditableException if the change might do something else than what is meant
     */
    public void change(List<String> path, FieldChanges changes) {
        FieldsEdit.of(source, node).descend(path).apply(changes);
    }

    /**
     * Inserts another object before this one.
     *
     * @param manifest lines without indentation and ended by line feeds
     */
    public void insertBefore(String manifest) {
        int start = source.startOf(node);
        if (list == null) {
            source.insertLines(source.lines().startWithComments(start), manifest + "---\n");
            return;
        }
        int column = source.lines().columnOf(start);
        String lines = manifest.strip().replace("\n", "\n" + " ".repeat(column));
        String dash = " ".repeat(Math.max(0, column - "- ".length())) + "- ";
        source.insertLines(source.lines().startOf(start), dash + lines + "\n");
    }

    /**
     * Writes another object in the place of this one.
     *
     * @param manifest lines without indentation and ended by line feeds
     */
    public void replaceBy(String manifest) {
        if (list == null) {
            source.replaceDocument(source.startOf(node), manifest);
        } else {
            insertBefore(manifest);
            removeAll(List.of(this));
        }
    }

    /** Removes objects of one text. */
    public static void removeAll(Collection<SourceObject> objects) {
        List<Node> removed = objects.stream().<Node>map(SourceObject::node).toList();
        for (SourceObject object : objects) {
            SequenceNode list = object.list;
            if (list == null) {
                object.source.removeDocument(object.source.startOf(object.node));
            } else {
                object.source.removeElement(list, object.node, removed);
            }
        }
    }
}
