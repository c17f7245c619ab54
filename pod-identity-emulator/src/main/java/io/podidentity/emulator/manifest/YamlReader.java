package io.podidentity.emulator.manifest;

import io.podidentity.emulator.cluster.Position;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** Reads the documents of one YAML or JSON text. Not thread-safe. */
public final class YamlReader {

    // Aliases are written out, so a short text can mean a very long one.
    private static final int MAX_VALUES = 500_000;
    private static final int MAX_DEPTH = 100;
    private static final int MAX_CHARACTERS = 16 * 1024 * 1024;
    private static final String MERGE_KEY = "<<";

    private final String file;
    private int values;

    private YamlReader(String file) {
        this.file = file;
    }

    /**
     * Reads all documents that are not empty.
     *
     * @throws ManifestException if the text is not YAML
     */
    public static List<Yaml> read(String file, String text) {
        var reader = new YamlReader(file);
        var settings = LoadSettings.builder()
                .setLabel(file)
                .setCodePointLimit(MAX_CHARACTERS)
                .build();
        try {
            var documents = new ArrayList<Yaml>();
            new Compose(settings).composeAllFromString(text).forEach(node -> documents.add(reader.value(node, 0)));
            documents.removeIf(Yaml::isNull);
            return documents;
        } catch (MarkedYamlEngineException e) {
            throw new ManifestException(reader.position(e.getProblemMark()), "This is not YAML: " + e.getProblem());
        } catch (YamlEngineException e) {
            throw new ManifestException(file + ": This is not YAML: " + e.getMessage());
        } catch (StackOverflowError e) {
            throw new ManifestException(file + ": Lists and objects are nested too deeply");
        }
    }

    private Yaml value(Node node, int depth) {
        Position position = position(node.getStartMark());
        if (++values > MAX_VALUES || depth > MAX_DEPTH) {
            throw new ManifestException(position, "Aliases or nesting make this document too large");
        }
        if (node instanceof ScalarNode scalar) {
            boolean plain = scalar.getScalarStyle() == ScalarStyle.PLAIN;
            return new Yaml.Scalar(
                    plain ? PlainScalar.value(scalar.getValue()) : scalar.getValue(), scalar.getValue(), position);
        }
        if (node instanceof SequenceNode sequence) {
            List<Yaml> elements = sequence.getValue().stream()
                    .map(element -> value(element, depth + 1))
                    .toList();
            return new Yaml.Sequence(elements, position);
        }
        return mapping((MappingNode) node, position, depth);
    }

    private Yaml.Mapping mapping(MappingNode node, Position position, int depth) {
        var entries = new ArrayList<Yaml.Entry>();
        var merged = new ArrayList<Yaml.Entry>();
        Map<String, Position> seen = new HashMap<>();
        for (NodeTuple tuple : node.getValue()) {
            Position at = position(tuple.getKeyNode().getStartMark());
            if (!(tuple.getKeyNode() instanceof ScalarNode keyNode)) {
                throw new ManifestException(at, "A key must be a string");
            }
            Yaml value = value(tuple.getValueNode(), depth + 1);
            if (keyNode.getValue().equals(MERGE_KEY)) {
                merged.addAll(merged(value));
                continue;
            }
            Position before = seen.putIfAbsent(keyNode.getValue(), at);
            if (before != null) {
                throw new ManifestException(
                        at, "The key \"" + keyNode.getValue() + "\" was already given on line " + before.line());
            }
            entries.add(new Yaml.Entry(keyNode.getValue(), at, value));
        }
        for (Yaml.Entry entry : merged) {
            if (seen.putIfAbsent(entry.key(), entry.position()) == null) {
                entries.add(entry);
            }
        }
        return new Yaml.Mapping(List.copyOf(entries), position);
    }

    private static List<Yaml.Entry> merged(Yaml value) {
        if (value instanceof Yaml.Mapping mapping) {
            return mapping.entries();
        }
        if (value instanceof Yaml.Sequence sequence) {
            return sequence.elements().stream()
                    .flatMap(element -> merged(element).stream())
                    .toList();
        }
        throw new ManifestException(value.position(), "Only an object can be merged");
    }

    private Position position(Optional<Mark> mark) {
        return mark.map(at -> new Position(file, at.getLine() + 1, at.getColumn() + 1))
                .orElse(new Position(file, 1, 1));
    }
}
