// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate.edit;

import io.podidentity.podid.text.YamlText;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/**
 * Changes the fields of one object, in blocks, in braces and in JSON. What other places share through an anchor is not
 * changed: an alias is replaced by what it stands for, with the change.
 *
 * @param around the innermost object on the path that is written
 * @param missing the keys of the path below {@code around}, which are not written yet
 * @param alias the field whose value is an alias for {@code around}, if that is how the path leads there
 */
record FieldsEdit(SourceText source, MappingNode around, List<String> missing, Optional<NodeTuple> alias) {

    private static final Set<String> NULLS = Set.of("null", "~");

    /** Fields that people write first, so that new fields go behind them. */
    private static final Set<String> HEAD_OF_OBJECT = Set.of("apiVersion", "kind");

    private static final int INDENT = 2;

    static FieldsEdit of(SourceText source, MappingNode object) {
        return new FieldsEdit(source, object, List.of(), Optional.empty());
    }

    /** @throws UneditableException if the path leads through what is no object, or what is shared */
    FieldsEdit descend(List<String> path) {
        FieldsEdit edit = this;
        for (String key : path) {
            edit = edit.descend(key);
        }
        return edit;
    }

    private FieldsEdit descend(String key) {
        if (alias.isPresent()) {
            throw uneditable(alias.get().getKeyNode(), "it is written elsewhere, and only an alias here");
        }
        if (!missing.isEmpty()) {
            return withMissing(key);
        }
        return YamlNodes.findField(around, key)
                .filter(field -> !isEmpty(field.getValueNode()))
                .map(field -> descend(field, key))
                .orElseGet(() -> withMissing(key));
    }

    private FieldsEdit withMissing(String key) {
        List<String> keys = Stream.concat(missing.stream(), Stream.of(key)).toList();
        return new FieldsEdit(source, around, keys, Optional.empty());
    }

    private FieldsEdit descend(NodeTuple field, String key) {
        if (!(field.getValueNode() instanceof MappingNode object)) {
            throw uneditable(field.getKeyNode(), key + " is no object");
        }
        if (source.isAlias(field)) {
            return new FieldsEdit(source, object, List.of(), Optional.of(field));
        }
        if (isShared(object)) {
            throw uneditable(object, key + " has an anchor, so a change would be one of other places too");
        }
        return of(source, object);
    }

    private static boolean isEmpty(Node node) {
        if (!(node instanceof ScalarNode scalar)) {
            return false;
        }
        boolean isNull = scalar.isPlain() && NULLS.contains(scalar.getValue());
        return isNull || scalar.getValue().isEmpty();
    }

    private boolean isShared(Node node) {
        return node.getAnchor()
                .filter(anchor -> source.text().contains("*" + anchor.getValue()))
                .isPresent();
    }

    private UneditableException uneditable(Node node, String reason) {
        return new UneditableException(source.describePlace(source.startOf(node)), reason);
    }

    /** Makes the changes in the fewest lines: the line of the removed field becomes that of the first new field. */
    void apply(FieldChanges changes) {
        if (alias.isPresent()) {
            replaceAlias(alias.get(), changes);
            return;
        }
        if (!missing.isEmpty()) {
            if (!changes.values().isEmpty()) {
                insert(changes.values());
            }
            return;
        }
        var added = new LinkedHashMap<>(changes.values());
        for (Map.Entry<String, String> value : changes.values().entrySet()) {
            Optional<NodeTuple> field = YamlNodes.findField(around, value.getKey());
            if (field.isPresent()) {
                setValue(field.get(), value.getValue());
                added.remove(value.getKey());
            }
        }
        Optional<NodeTuple> removed = changes.removedKey().flatMap(key -> YamlNodes.findField(around, key));
        if (removed.isPresent()) {
            replace(removed.get(), added);
        } else if (!added.isEmpty()) {
            insert(added);
        }
    }

    private void replace(NodeTuple removed, Map<String, String> added) {
        if (added.isEmpty()) {
            remove(removed);
            return;
        }
        var others = new LinkedHashMap<>(added);
        Map.Entry<String, String> first = added.entrySet().iterator().next();
        others.remove(first.getKey());
        rename(removed, first.getKey(), first.getValue());
        if (!others.isEmpty()) {
            insert(others);
        }
    }

    private void setValue(NodeTuple field, String value) {
        if (!(field.getValueNode() instanceof ScalarNode scalar)) {
            throw uneditable(field.getKeyNode(), "its value is no string");
        }
        // A plain true is no string, and Kubernetes refuses it as the value of a label or an annotation.
        boolean isBoolean = value.equals("true") && scalar.isPlain();
        if (isBoolean || !scalar.getValue().equals(value)) {
            writeValue(field, value);
        }
    }

    private void writeValue(NodeTuple field, String value) {
        if (source.isAlias(field)) {
            int end = source.endOf(field);
            source.replace(source.text().lastIndexOf('*', end), end, writeScalar(value));
            return;
        }
        if (!(field.getValueNode() instanceof ScalarNode scalar) || isShared(scalar)) {
            throw uneditable(field.getKeyNode(), "its value is no string of its own");
        }
        String before = source.text().substring(source.startOf(scalar), source.endOf(scalar));
        if (isBlockOrAnchored(before)) {
            throw uneditable(field.getKeyNode(), "its value has several lines or an anchor");
        }
        source.replace(source.startOf(scalar), source.endOf(scalar), writeScalarLike(before, value));
    }

    private static boolean isBlockOrAnchored(String scalar) {
        return scalar.contains("\n") || Stream.of("|", ">", "&").anyMatch(scalar::startsWith);
    }

    /** Writes a string in the quotes that the one before it had. */
    private String writeScalarLike(String before, String value) {
        if (before.startsWith("'") && !value.contains("'")) {
            return "'" + value + "'";
        }
        if (before.startsWith("\"")) {
            return YamlText.quoted(value);
        }
        // No space follows the colon of a key without a value.
        String space = before.isEmpty() ? " " : "";
        return space + writeScalar(value);
    }

    private void rename(NodeTuple field, String key, String value) {
        writeValue(field, value);
        Node name = field.getKeyNode();
        source.replace(source.startOf(name), source.endOf(name), writeKey(key));
    }

    private void remove(NodeTuple field) {
        List<NodeTuple> fields = around.getValue();
        int index = fields.indexOf(field);
        boolean isLast = index + 1 == fields.size();
        int start = source.startOf(field.getKeyNode());
        int end = source.endOf(field);
        if (fields.size() == 1 && isFlow()) {
            source.replace(start, end, "");
        } else if (fields.size() == 1) {
            source.replace(source.startOf(around), end, "{}");
        } else if (!isFlow() && source.lines().isBlankBefore(start)) {
            source.replace(source.lines().startOf(start), source.lines().startAfter(end), "");
        } else if (!isLast) {
            source.replace(start, source.startOf(fields.get(index + 1).getKeyNode()), "");
        } else {
            source.replace(source.endOf(fields.get(index - 1)), end, "");
        }
    }

    private void insert(Map<String, String> values) {
        Optional<NodeTuple> emptyField = missing.stream().findFirst().flatMap(key -> YamlNodes.findField(around, key));
        if (emptyField.isPresent()) {
            fill(emptyField.get(), YamlText.nested(missing.subList(1, missing.size()), values));
        } else {
            insertFields(YamlText.nested(missing, values));
        }
    }

    /** Writes fields behind a key that has no value yet. */
    private void fill(NodeTuple field, Map<String, Object> fields) {
        int colon = source.endOf(field.getKeyNode()) + 1;
        int end = Math.max(source.endOf(field.getValueNode()), colon);
        if (isFlow()) {
            source.replace(colon, end, " {" + writeFlow(fields) + "}");
            return;
        }
        int column = source.lines().columnOf(source.startOf(field.getKeyNode())) + INDENT;
        source.replace(colon, end, source.lineEnd() + writeBlock(fields, column).stripTrailing());
    }

    private void insertFields(Map<String, Object> fields) {
        if (isFlow()) {
            insertIntoBraces(fields);
        } else {
            insertLines(fields);
        }
    }

    private void insertIntoBraces(Map<String, Object> fields) {
        int brace = source.text().indexOf('{', source.startOf(around)) + 1;
        if (around.getValue().isEmpty()) {
            source.insert(brace, writeFlow(fields));
            return;
        }
        int first = source.startOf(around.getValue().get(0).getKeyNode());
        if (source.lines().startOf(first) == source.lines().startOf(brace)) {
            source.insert(brace, writeFlow(fields) + ", ");
        } else {
            source.insert(
                    brace, source.lineEnd() + " ".repeat(source.lines().columnOf(first)) + writeFlow(fields) + ",");
        }
    }

    private void insertLines(Map<String, Object> fields) {
        Node firstKey = around.getValue().get(0).getKeyNode();
        int start = source.startOf(firstKey);
        int column = source.lines().columnOf(start);
        Optional<NodeTuple> predecessor = findPredecessor(YamlNodes.textAt(firstKey));
        if (predecessor.isPresent()) {
            int lineBehind = source.lines().startBehind(source.endOf(predecessor.get()));
            source.insertLines(lineBehind, YamlText.block(fields, column));
        } else if (source.lines().isBlankBefore(start)) {
            // A comment belongs to what follows it, so new fields go before the comments of the first field.
            source.insert(source.lines().startWithComments(start), writeBlock(fields, column));
        } else {
            // The first field stands behind the dash of a list.
            source.insert(start, writeBlock(fields, column).stripLeading() + " ".repeat(column));
        }
    }

    /**
     * The field that new ones go behind: the last one of a whole object; of metadata the name, and the namespace that
     * follows it. New fields go before all others if there is none.
     */
    private Optional<NodeTuple> findPredecessor(String firstKey) {
        List<NodeTuple> fields = around.getValue();
        if (HEAD_OF_OBJECT.contains(firstKey)) {
            return Optional.of(fields.get(fields.size() - 1));
        }
        if (!firstKey.equals("name")) {
            return Optional.empty();
        }
        boolean namespaceFollows = fields.size() > 1
                && YamlNodes.textAt(fields.get(1).getKeyNode()).equals("namespace");
        return Optional.of(fields.get(namespaceFollows ? 1 : 0));
    }

    private String writeBlock(Map<?, ?> fields, int column) {
        return YamlText.block(fields, column).replace("\n", source.lineEnd());
    }

    private String writeFlow(Map<?, ?> fields) {
        return fields.entrySet().stream()
                .map(field -> writeKey(String.valueOf(field.getKey())) + ": " + writeFlowValue(field.getValue()))
                .collect(Collectors.joining(", "));
    }

    private String writeFlowValue(Object value) {
        if (value instanceof Map<?, ?> inner) {
            return "{" + writeFlow(inner) + "}";
        }
        return writeScalar(String.valueOf(value));
    }

    private String writeKey(String key) {
        return source.isJson() ? YamlText.quoted(key) : key;
    }

    private String writeScalar(String value) {
        return source.isJson() ? YamlText.quoted(value) : YamlText.of(value);
    }

    /** Writes the fields that an alias stands for in its place, with the changes. */
    private void replaceAlias(NodeTuple field, FieldChanges changes) {
        int column = source.lines().columnOf(source.startOf(field.getKeyNode())) + INDENT;
        var lines = new StringBuilder();
        for (NodeTuple shared : around.getValue()) {
            String key = YamlNodes.textAt(shared.getKeyNode());
            boolean isMerge = key.equals("<<");
            if (isMerge || !(shared.getValueNode() instanceof ScalarNode value)) {
                throw uneditable(field.getKeyNode(), "it is an alias of more than strings");
            }
            if (!changes.affects(key)) {
                String text = source.text().substring(source.startOf(value), source.endOf(value));
                lines.append(" ".repeat(column)).append(key + ": " + text).append(source.lineEnd());
            }
        }
        lines.append(writeBlock(changes.values(), column));
        int colon = source.text().indexOf(':', source.endOf(field.getKeyNode()));
        source.replace(colon + 1, source.endOf(field), (source.lineEnd() + lines).stripTrailing());
    }

    private boolean isFlow() {
        return YamlNodes.isFlow(around);
    }
}
