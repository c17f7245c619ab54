package io.podidentity.emulator.manifest;

import io.podidentity.emulator.cluster.Position;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One document while it is read: the lists and objects that are open, and what aliases stand for. */
final class YamlDocument {

    // Aliases are written out by whoever reads the values, so a short text can mean a very long one.
    private static final int MAX_ALIASED = 500_000;
    private static final int MAX_DEPTH = 100;
    private static final String MERGE_KEY = "<<";

    private final Deque<Open> open = new ArrayDeque<>();
    private final Map<String, Anchored> anchors = new HashMap<>();
    private int values;
    private int aliased;
    private @Nullable Yaml root;

    /** What an anchor names, and how many values that is. */
    private record Anchored(Yaml value, int size) {}

    /** A list or an object whose end has not come yet. */
    private static final class Open {

        private final boolean isList;
        private final Position position;
        private final String anchor;
        private final int valuesBefore;
        private final List<Yaml> elements = new ArrayList<>();
        private final List<Yaml.Entry> entries = new ArrayList<>();
        private final List<Yaml.Entry> merged = new ArrayList<>();
        private final Map<String, Position> seen = new HashMap<>();
        private Yaml.@Nullable Scalar key;

        Open(boolean isList, Position position, String anchor, int valuesBefore) {
            this.isList = isList;
            this.position = position;
            this.anchor = anchor;
            this.valuesBefore = valuesBefore;
        }

        void add(Yaml value) {
            Yaml.Scalar before = key;
            if (isList) {
                elements.add(value);
            } else if (before == null) {
                if (!(value instanceof Yaml.Scalar scalar)) {
                    throw new ManifestException(value.position(), "A key must be a string");
                }
                key = scalar;
            } else {
                put(before, value);
                key = null;
            }
        }

        private void put(Yaml.Scalar name, Yaml value) {
            if (name.text().equals(MERGE_KEY)) {
                merge(value);
                return;
            }
            Position before = seen.putIfAbsent(name.text(), name.position());
            if (before != null) {
                throw new ManifestException(
                        name.position(), "The key \"" + name.text() + "\" was already given on line " + before.line());
            }
            entries.add(new Yaml.Entry(name.text(), name.position(), value));
        }

        private void merge(Yaml value) {
            if (value instanceof Yaml.Mapping mapping) {
                merged.addAll(mapping.entries());
            } else if (value instanceof Yaml.Sequence sequence) {
                sequence.elements().forEach(this::merge);
            } else {
                throw new ManifestException(value.position(), "Only an object can be merged");
            }
        }

        Yaml closed() {
            if (isList) {
                return new Yaml.Sequence(List.copyOf(elements), position);
            }
            for (Yaml.Entry entry : merged) {
                if (seen.putIfAbsent(entry.key(), entry.position()) == null) {
                    entries.add(entry);
                }
            }
            return new Yaml.Mapping(List.copyOf(entries), position);
        }
    }

    /** The whole of it, if there is anything. */
    Optional<Yaml> root() {
        return Optional.ofNullable(root);
    }

    void open(boolean isList, Position position, String anchor) {
        if (open.size() > MAX_DEPTH) {
            throw new ManifestException(position, "Lists and objects are nested too deeply");
        }
        open.push(new Open(isList, position, anchor, values));
    }

    void close() {
        Open closed = open.pop();
        values++;
        put(closed.closed(), closed.anchor, values - closed.valuesBefore);
    }

    void add(Yaml.Scalar scalar, String anchor) {
        values++;
        put(scalar, anchor, 1);
    }

    void addAlias(String name, Position position) {
        Anchored anchored = anchors.get(name);
        if (anchored == null) {
            throw new ManifestException(position, "The alias *" + name + " stands for nothing before it");
        }
        aliased += anchored.size();
        if (aliased > MAX_ALIASED) {
            throw new ManifestException(position, "Aliases make this document too large");
        }
        values += anchored.size();
        put(anchored.value(), "", 0);
    }

    private void put(Yaml value, String anchor, int size) {
        if (!anchor.isEmpty()) {
            anchors.put(anchor, new Anchored(value, size));
        }
        Open around = open.peek();
        if (around == null) {
            root = value;
        } else {
            around.add(value);
        }
    }
}
