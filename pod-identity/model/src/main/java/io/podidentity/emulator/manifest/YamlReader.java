// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.manifest;

import io.podidentity.emulator.cluster.Position;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.DocumentStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingEndEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceEndEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/**
 * Reads the documents of one YAML or JSON text, event by event: in time and memory that grow with the text alone. Not
 * thread-safe.
 *
 * @since 0.1.0
 */
public final class YamlReader {

    private static final int MIN_BUFFER = 8 * 1024;
    // Aliases are written out by whoever reads the values, so a short text can mean a very long one.
    private static final int MAX_ALIASED = 500_000;
    private static final int MAX_DEPTH = 100;
    private static final String MERGE_KEY = "<<";

    private final String file;
    private final Iterator<Event> events;
    private final Map<String, Anchored> anchors = new HashMap<>();
    private int values;
    private int aliased;
    private Position reached;

    /** What an anchor names, and how many values that is. */
    private record Anchored(Yaml value, int size) {}

    private YamlReader(String file, Iterator<Event> events) {
        this.file = file;
        this.events = events;
        this.reached = new Position(file, 1, 1);
    }

    /**
     * Reads all documents that are not empty.
     *
     * @throws ManifestException if the text is not YAML
     */
    public static List<Yaml> read(String file, String text) {
        var settings = LoadSettings.builder()
                .setLabel(file)
                .setCodePointLimit(Integer.MAX_VALUE)
                .setBufferSize(buffer(text))
                .build();
        var reader = new YamlReader(file, new ParserImpl(settings, new StreamReader(settings, text)));
        try {
            return reader.documents();
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

    private List<Yaml> documents() {
        var documents = new ArrayList<Yaml>();
        while (events.hasNext()) {
            if (next() instanceof DocumentStartEvent) {
                documents.add(readDocument());
            }
        }
        documents.removeIf(Yaml::isNull);
        return documents;
    }

    private Yaml readDocument() {
        anchors.clear();
        values = 0;
        aliased = 0;
        return value(next(), 0);
    }

    private Event next() {
        Event event = events.next();
        reached = position(event.getStartMark());
        return event;
    }

    /** @param depth how many lists and objects are open around it */
    private Yaml value(Event event, int depth) {
        Position position = reached;
        if (event instanceof AliasEvent alias) {
            return aliased(alias.getAlias().toString(), position);
        }
        int before = values;
        Yaml value;
        if (event instanceof ScalarEvent scalar) {
            Object meant = scalar.isPlain() ? PlainScalar.value(scalar.getValue()) : scalar.getValue();
            value = new Yaml.Scalar(meant, scalar.getValue(), position);
        } else if (depth > MAX_DEPTH) {
            throw new ManifestException(position, "Lists and objects are nested too deeply");
        } else {
            value = event instanceof SequenceStartEvent ? list(position, depth + 1) : object(position, depth + 1);
        }
        values++;
        var anchored = new Anchored(value, values - before);
        ((NodeEvent) event).getAnchor().ifPresent(anchor -> anchors.put(anchor.toString(), anchored));
        return value;
    }

    private Yaml aliased(String name, Position position) {
        Anchored anchored = anchors.get(name);
        if (anchored == null) {
            throw new ManifestException(position, "The alias *" + name + " stands for nothing before it");
        }
        aliased += anchored.size();
        if (aliased > MAX_ALIASED) {
            throw new ManifestException(position, "Aliases make this document too large");
        }
        values += anchored.size();
        return anchored.value();
    }

    private Yaml list(Position position, int depth) {
        var elements = new ArrayList<Yaml>();
        for (Event event = next(); !(event instanceof SequenceEndEvent); event = next()) {
            elements.add(value(event, depth));
        }
        return new Yaml.Sequence(List.copyOf(elements), position);
    }

    private Yaml object(Position position, int depth) {
        var entries = new ArrayList<Yaml.Entry>();
        var merged = new ArrayList<Yaml.Entry>();
        var seen = new HashMap<String, Position>();
        for (Event event = next(); !(event instanceof MappingEndEvent); event = next()) {
            Yaml name = value(event, depth);
            if (!(name instanceof Yaml.Scalar key)) {
                throw new ManifestException(name.position(), "A key must be a string");
            }
            Yaml value = value(next(), depth);
            if (key.text().equals(MERGE_KEY)) {
                merge(value, merged);
                continue;
            }
            Position before = seen.putIfAbsent(key.text(), key.position());
            if (before != null) {
                throw new ManifestException(
                        key.position(), "The key \"" + key.text() + "\" was already given on line " + before.line());
            }
            entries.add(new Yaml.Entry(key.text(), key.position(), value));
        }
        for (Yaml.Entry entry : merged) {
            if (seen.putIfAbsent(entry.key(), entry.position()) == null) {
                entries.add(entry);
            }
        }
        return new Yaml.Mapping(List.copyOf(entries), position);
    }

    private static void merge(Yaml value, List<Yaml.Entry> merged) {
        if (value instanceof Yaml.Mapping mapping) {
            merged.addAll(mapping.entries());
        } else if (value instanceof Yaml.Sequence sequence) {
            sequence.elements().forEach(element -> merge(element, merged));
        } else {
            throw new ManifestException(value.position(), "Only an object can be merged");
        }
    }

    private Position position(Optional<Mark> mark) {
        return mark.map(at -> new Position(file, at.getLine() + 1, at.getColumn() + 1))
                .orElse(new Position(file, 1, 1));
    }

    /**
     * What a scalar without quotes means to kubectl, which reads YAML 1.1: {@code yes} and {@code off} are booleans
     * there, and so cannot be label values.
     *
     * @see <a href="https://yaml.org/type/bool.html">YAML 1.1, booleans</a>
     */
    private static final class PlainScalar {

        private static final Set<String> NULLS = Set.of("", "~", "null", "Null", "NULL");
        private static final Set<String> TRUE =
                Set.of("true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON", "y", "Y");
        private static final Set<String> FALSE =
                Set.of("false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF", "n", "N");
        private static final Pattern DECIMAL = Pattern.compile("[-+]?(0|[1-9][0-9_]{0,17})");
        private static final Pattern BASED = Pattern.compile("[-+]?0(x[0-9a-fA-F]{1,15}|o?[0-7]{1,20}|b[01]{1,62})");
        private static final Pattern FLOAT =
                Pattern.compile("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?");

        static @Nullable Object value(String text) {
            if (NULLS.contains(text)) {
                return null;
            }
            if (TRUE.contains(text) || FALSE.contains(text)) {
                return TRUE.contains(text);
            }
            if (DECIMAL.matcher(text).matches()) {
                return Long.valueOf(text.replace("_", ""));
            }
            if (BASED.matcher(text).matches()) {
                return based(text);
            }
            return FLOAT.matcher(text).matches() ? (Object) new BigDecimal(text) : text;
        }

        private static Long based(String text) {
            String digits = text.replaceFirst("^[-+]?0[xob]?", "");
            long value = Long.parseLong(digits.isEmpty() ? "0" : digits, radix(text));
            return text.startsWith("-") ? -value : value;
        }

        private static int radix(String text) {
            if (text.contains("x")) {
                return 16;
            }
            return text.contains("b") ? 2 : 8;
        }
    }
}
