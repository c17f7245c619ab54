package io.podidentity.emulator.manifest;

import io.podidentity.emulator.cluster.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/**
 * Reads the documents of one YAML or JSON text, event by event: in time and memory that grow with the text alone. Not
 * thread-safe.
 */
public final class YamlReader {

    private static final int MIN_BUFFER = 8 * 1024;

    private final String file;
    private final List<Yaml> documents = new ArrayList<>();
    private YamlDocument document;
    private Position reached;

    private YamlReader(String file) {
        this.file = file;
        this.reached = new Position(file, 1, 1);
        this.document = new YamlDocument();
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
                .setCodePointLimit(Integer.MAX_VALUE)
                .setBufferSize(buffer(text))
                .build();
        try {
            new ParserImpl(settings, new StreamReader(settings, text)).forEachRemaining(reader::take);
            return reader.documents;
        } catch (MarkedYamlEngineException e) {
            throw new ManifestException(reader.position(e.getProblemMark()), "This is not YAML: " + e.getProblem());
        } catch (YamlEngineException e) {
            throw new ManifestException(file, "This is not YAML: " + e.getMessage());
        } catch (IllegalArgumentException e) {
            // What the parser throws for "\x at the end of the text, or "\UFFFFFFFF".
            throw new ManifestException(
                    reader.reached, "This is not YAML: what follows has an escape that is no character");
        }
    }

    /** The parser copies its whole buffer for each one that a word needs: with a long line that is quadratic. */
    private static int buffer(String text) {
        int longest = 0;
        for (int start = 0; start < text.length(); ) {
            int end = text.indexOf('\n', start);
            int next = end < 0 ? text.length() : end;
            longest = Math.max(longest, next - start);
            start = next + 1;
        }
        return Math.max(MIN_BUFFER, longest + 2);
    }

    private void take(Event event) {
        Position position = position(event.getStartMark());
        reached = position;
        String anchor = event instanceof NodeEvent node
                ? node.getAnchor().map(Object::toString).orElse("")
                : "";
        if (event instanceof ScalarEvent scalar) {
            Object value = scalar.isPlain() ? PlainScalar.value(scalar.getValue()) : scalar.getValue();
            document.add(new Yaml.Scalar(value, scalar.getValue(), position), anchor);
        } else if (event instanceof MappingStartEvent) {
            document.open(false, position, anchor);
        } else if (event instanceof SequenceStartEvent) {
            document.open(true, position, anchor);
        } else if (event instanceof AliasEvent alias) {
            document.addAlias(alias.getAlias().toString(), position);
        } else {
            takeEnd(event);
        }
    }

    private void takeEnd(Event event) {
        switch (event.getEventId()) {
            case MappingEnd, SequenceEnd -> document.close();
            case DocumentEnd -> document.root().filter(root -> !root.isNull()).ifPresent(documents::add);
            case DocumentStart -> document = new YamlDocument();
            default -> {}
        }
    }

    private Position position(Optional<Mark> mark) {
        return mark.map(at -> new Position(file, at.getLine() + 1, at.getColumn() + 1))
                .orElse(new Position(file, 1, 1));
    }
}
