// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate.edit;

import io.podidentity.podid.text.YamlText;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/**
 * Changes the fields of one object, in blocks, in braces and in JSON. What other places share by an anchor is not
 * changed: an alias is written out, with the change.
 *
 * @param missing keys below {@code around} that are not written yet
 * @param alias the field whose value is an alias, or null
 */
record FieldsEdit(
        SourceText source,
        MappingNode around,
        List<String> missing,
        @Nullable NodeTuple alias) {

    FieldsEdit at(List<String> path) {
        FieldsEdit at = this;
        for (String key : path) {
            at = at.child(key);
        }
        return at;
    }

    private FieldsEdit child(String key) {
        if (alias != null) {
            throw uneditable(alias.getKeyNode(), "it is written elsewhere, and only an alias here");
        }
        NodeTuple tuple = missing.isEmpty() ? Nodes.field(around, key).orElse(null) : null;
        if (tuple == null || isEmpty(tuple.getValueNode())) {
            List<String> more = Stream.concat(missing.stream(), Stream.of(key)).toList();
            return new FieldsEdit(source, around, more, null);
        }
        if (!(tuple.getValueNode() instanceof MappingNode mapping)) {
            throw uneditable(tuple.getKeyNode(), key + " is no object");
        }
        if (source.isAlias(tuple)) {
            return new FieldsEdit(source, mapping, List.of(), tuple);
        }
        if (isShared(mapping)) {
            throw uneditable(mapping, key + " has an anchor, so a change would be one of other places too");
        }
        return new FieldsEdit(source, mapping, List.of(), null);
    }

    private static boolean isEmpty(Node node) {
        return node instanceof ScalarNode scalar
                && (scalar.getValue().isEmpty()
                        || (scalar.isPlain()
                                && (scalar.getValue().equals("null")
                                        || scalar.getValue().equals("~"))));
    }

    private boolean isShared(Node node) {
        return node.getAnchor()
                .filter(anchor -> source.text().contains("*" + anchor.getValue()))
                .isPresent();
    }

    private UneditableException uneditable(Node at, String reason) {
        return new UneditableException(source.place(source.start(at)), reason);
    }

    /**
     * Gives fields their values, and removes one if its key is not empty, with the fewest lines changed: of the removed
     * one's line becomes the first new one's.
     */
    void put(Map<String, String> values, String gone) {
        if (alias != null) {
            writeOut(alias, values, gone);
            return;
        }
        var fresh = new LinkedHashMap<>(values);
        if (missing.isEmpty()) {
            values.forEach((key, value) -> Nodes.field(around, key).ifPresent(tuple -> {
                fresh.remove(key);
                set(tuple, value);
            }));
        }
        Optional<NodeTuple> old = missing.isEmpty() && !gone.isEmpty() ? Nodes.field(around, gone) : Optional.empty();
        if (old.isPresent() && !fresh.isEmpty()) {
            String key = fresh.keySet().iterator().next();
            rename(old.get(), key, String.valueOf(fresh.remove(key)));
        } else {
            old.ifPresent(this::remove);
        }
        if (!fresh.isEmpty()) {
            insert(fresh);
        }
    }

    private void set(NodeTuple tuple, String value) {
        if (!(tuple.getValueNode() instanceof ScalarNode scalar)) {
            throw uneditable(tuple.getKeyNode(), "its value is no string");
        }
        if (!scalar.getValue().equals(value) || (value.equals("true") && scalar.isPlain())) {
            writeValue(tuple, value);
        }
    }

    private void writeValue(NodeTuple tuple, String value) {
        if (source.isAlias(tuple)) {
            int end = source.end(tuple);
            source.replace(source.text().lastIndexOf('*', end), end, written(value));
            return;
        }
        if (!(tuple.getValueNode() instanceof ScalarNode scalar) || isShared(scalar)) {
            throw uneditable(tuple.getKeyNode(), "its value is no string of its own");
        }
        String text = source.text().substring(source.start(scalar), source.end(scalar));
        if (text.startsWith("|") || text.startsWith(">") || text.startsWith("&") || text.contains("\n")) {
            throw uneditable(tuple.getKeyNode(), "its value has several lines or an anchor");
        }
        String plain = text.isEmpty() ? " " + written(value) : written(value);
        boolean single = text.startsWith("'") && !value.contains("'");
        source.replace(
                source.start(scalar),
                source.end(scalar),
                single ? "'" + value + "'" : text.startsWith("\"") ? YamlText.quoted(value) : plain);
    }

    private void rename(NodeTuple tuple, String key, String value) {
        writeValue(tuple, value);
        Node name = tuple.getKeyNode();
        source.replace(source.start(name), source.end(name), key(key));
    }

    private void remove(NodeTuple tuple) {
        List<NodeTuple> all = around.getValue();
        int index = all.indexOf(tuple);
        int start = source.start(tuple.getKeyNode());
        int end = source.end(tuple);
        if (all.size() == 1) {
            source.replace(isFlow() ? start : source.start(around), end, isFlow() ? "" : "{}");
        } else if (!isFlow() && source.isBlankBefore(start)) {
            source.replace(source.lineStart(start), source.nextLine(end), "");
        } else if (index + 1 < all.size()) {
            source.replace(start, source.start(all.get(index + 1).getKeyNode()), "");
        } else {
            source.replace(source.end(all.get(index - 1)), end, "");
        }
    }

    private void insert(Map<String, String> fresh) {
        NodeTuple empty = missing.stream()
                .findFirst()
                .flatMap(key -> Nodes.field(around, key))
                .orElse(null);
        if (empty == null) {
            insertFields(YamlText.nested(missing, fresh));
            return;
        }
        Map<String, Object> fields = YamlText.nested(missing.subList(1, missing.size()), fresh);
        String text = isFlow()
                ? " {" + flow(fields) + "}"
                : source.lineEnd()
                        + block(fields, source.column(source.start(empty.getKeyNode())) + 2)
                                .stripTrailing();
        int colon = source.end(empty.getKeyNode()) + 1;
        source.replace(colon, Math.max(source.end(empty.getValueNode()), colon), text);
    }

    private void insertFields(Map<String, Object> fields) {
        List<NodeTuple> all = around.getValue();
        if (isFlow()) {
            int brace = source.text().indexOf('{', source.start(around)) + 1;
            if (all.isEmpty()) {
                source.insert(brace, flow(fields));
                return;
            }
            int first = source.start(all.get(0).getKeyNode());
            boolean sameLine = source.lineStart(first) == source.lineStart(brace);
            source.insert(
                    brace,
                    sameLine
                            ? flow(fields) + ", "
                            : source.lineEnd() + " ".repeat(source.column(first)) + flow(fields) + ",");
            return;
        }
        NodeTuple first = all.get(0);
        int at = source.start(first.getKeyNode());
        int column = source.column(at);
        String key = Nodes.text(first.getKeyNode());
        // Behind a name, and behind all fields of a whole object; else in front, where comments belong to what follows.
        if (key.equals("name") || key.equals("apiVersion") || key.equals("kind")) {
            boolean spaced =
                    all.size() > 1 && Nodes.text(all.get(1).getKeyNode()).equals("namespace");
            NodeTuple last = all.get(!key.equals("name") ? all.size() - 1 : spaced ? 1 : 0);
            source.insertLines(source.lineBehind(source.end(last)), YamlText.block(fields, column));
        } else if (source.isBlankBefore(at)) {
            source.insert(source.withComments(at), block(fields, column));
        } else {
            source.insert(at, block(fields, column).stripLeading() + " ".repeat(column));
        }
    }

    private String block(Map<?, ?> fields, int column) {
        return YamlText.block(fields, column).replace("\n", source.lineEnd());
    }

    private String flow(Map<?, ?> fields) {
        return fields.entrySet().stream()
                .map(field -> key(String.valueOf(field.getKey())) + ": "
                        + (field.getValue() instanceof Map<?, ?> inner
                                ? "{" + flow(inner) + "}"
                                : written(String.valueOf(field.getValue()))))
                .collect(Collectors.joining(", "));
    }

    private String key(String key) {
        return source.isJson() ? YamlText.quoted(key) : key;
    }

    /** What an alias stands for, without what is to go and with what is to come, in its place. */
    private void writeOut(NodeTuple tuple, Map<String, String> values, String gone) {
        int column = source.column(source.start(tuple.getKeyNode())) + 2;
        var lines = new StringBuilder();
        for (NodeTuple one : around.getValue()) {
            String key = Nodes.text(one.getKeyNode());
            if (key.equals("<<") || !(one.getValueNode() instanceof ScalarNode value)) {
                throw uneditable(tuple.getKeyNode(), "it is an alias of more than strings");
            }
            if (!key.equals(gone) && !values.containsKey(key)) {
                String text = source.text().substring(source.start(value), source.end(value));
                lines.append(" ".repeat(column)).append(key + ": " + text).append(source.lineEnd());
            }
        }
        lines.append(block(values, column));
        int colon = source.text().indexOf(':', source.end(tuple.getKeyNode()));
        source.replace(colon + 1, source.end(tuple), (source.lineEnd() + lines).stripTrailing());
    }

    private boolean isFlow() {
        return Nodes.isFlow(around);
    }

    private String written(String value) {
        return source.isJson() ? YamlText.quoted(value) : YamlText.of(value);
    }
}
