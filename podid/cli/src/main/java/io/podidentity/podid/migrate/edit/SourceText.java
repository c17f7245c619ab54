// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate.edit;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.CollectionNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * The text of one file, its documents, and the changes that are to be made to it: what no change touches stays byte for
 * byte. Not thread-safe.
 */
public final class SourceText {

    private static final Pattern SEPARATOR = Pattern.compile("(?m)^(---|\\.\\.\\.)(?=[ \\t\\r\\n]|\\z)");
    private static final int MIN_BUFFER = 8 * 1024;

    private final String name;
    private final String text;
    private final String lineEnd;
    private final boolean hasSurrogates;
    private final List<Node> documents = new ArrayList<>();
    private final Set<Change> changes = new LinkedHashSet<>();
    /** Where documents begin and end: the places of the separators. */
    private final NavigableMap<Integer, Integer> separators = new TreeMap<>();

    /** @param end exclusive */
    private record Change(int start, int end, String after) {}

    private SourceText(String name, String text) {
        this.name = name;
        this.text = text;
        this.lineEnd = text.contains("\r\n") ? "\r\n" : "\n";
        Matcher found = SEPARATOR.matcher(text);
        while (found.find()) {
            separators.put(found.start(), nextLine(found.end()));
        }
        this.hasSurrogates = text.chars().anyMatch(one -> Character.isSurrogate((char) one));
    }

    /** Reads a text: one without documents if it is not YAML, such as a template. */
    public static SourceText of(String name, String text) {
        var source = new SourceText(name, text);
        var settings = LoadSettings.builder()
                .setCodePointLimit(Integer.MAX_VALUE)
                .setMaxAliasesForCollections(10_000)
                .setBufferSize(Math.max(
                        MIN_BUFFER,
                        2 + text.lines().mapToInt(String::length).max().orElse(0)))
                .build();
        try {
            new Compose(settings).composeAllFromString(text).forEach(source.documents::add);
        } catch (YamlEngineException | IllegalArgumentException notYaml) {
            // The parser has no exception of its own for some escapes, such as "\x at the end.
            source.documents.clear();
        }
        return source;
    }

    public String name() {
        return name;
    }

    public Path file() {
        return Path.of(name).toAbsolutePath().normalize();
    }

    public String text() {
        return text;
    }

    String lineEnd() {
        return lineEnd;
    }

    /** Whether it is JSON, whose keys and strings have quotes. */
    boolean isJson() {
        return text.stripLeading().startsWith("{");
    }

    List<Node> documents() {
        return documents;
    }

    public boolean isChanged() {
        return !changes.isEmpty();
    }

    public String edited() {
        var all = new StringBuilder();
        int at = 0;
        List<Change> sorted = changes.stream()
                .sorted(Comparator.comparingInt(Change::start).thenComparing(change -> change.end() > change.start()))
                .toList();
        for (Change change : sorted) {
            if (change.start() >= at) {
                all.append(text, at, change.start());
            }
            all.append(change.after());
            at = Math.max(at, change.end());
        }
        String edited = all.append(text, at, text.length()).toString();
        // What separated the first document from the second one has nothing before it now.
        boolean bare = edited.startsWith("---" + lineEnd) && !text.startsWith("---");
        return bare ? edited.substring(3 + lineEnd.length()) : edited;
    }

    /** Puts other text in place of that from {@code start} to before {@code end}. The same change twice is one. */
    void replace(int start, int end, String after) {
        changes.add(new Change(start, end, after));
    }

    void insert(int at, String more) {
        replace(at, at, more);
    }

    /** Inserts whole lines, ended by line feeds, at the start of a line or at the end. */
    void insertLines(int at, String lines) {
        boolean isOpen = at == text.length() && !text.endsWith("\n");
        insert(at, (isOpen ? lineEnd : "") + lines.replace("\n", lineEnd));
    }

    /** @param gone all that are removed from the list */
    void remove(SequenceNode list, Node element, List<Node> gone) {
        List<Node> all = list.getValue();
        int index = all.indexOf(element);
        boolean isLast = index + 1 == all.size();
        if (!Nodes.isFlow(list)) {
            int end = isLast ? lineBehind(contentEnd(element)) : withComments(start(all.get(index + 1)));
            replace(withComments(start(element)), end, "");
            return;
        }
        Optional<Node> kept = all.subList(0, index).stream()
                .filter(one -> !gone.contains(one))
                .reduce((one, other) -> other);
        if (kept.isPresent()) {
            replace(end(kept.get()), end(element), "");
        } else {
            replace(start(element), isLast ? end(element) : start(all.get(index + 1)), "");
        }
    }

    /** Where the text of a value ends: of a block that is where its last part does, without comments behind it. */
    private int contentEnd(Node node) {
        if (node instanceof CollectionNode<?> block
                && !Nodes.isFlow(block)
                && !block.getValue().isEmpty()) {
            Object last = block.getValue().get(block.getValue().size() - 1);
            return last instanceof NodeTuple field ? end(field) : contentEnd((Node) last);
        }
        return end(node);
    }

    int end(NodeTuple field) {
        int key = end(field.getKeyNode());
        if (!isAlias(field)) {
            return Math.max(key, contentEnd(field.getValueNode()));
        }
        int end = text.indexOf('*', key) + 1;
        while (end < text.length()
                && !Character.isWhitespace(text.charAt(end))
                && ",]}".indexOf(text.charAt(end)) < 0) {
            end++;
        }
        return end;
    }

    /** What an alias stands for was written before. */
    boolean isAlias(NodeTuple field) {
        return start(field.getValueNode()) < start(field.getKeyNode());
    }

    int start(Node node) {
        return node.getStartMark().map(this::offset).orElse(0);
    }

    int end(Node node) {
        return node.getEndMark().map(this::offset).orElse(text.length());
    }

    private int offset(Mark mark) {
        return hasSurrogates ? text.offsetByCodePoints(0, mark.getIndex()) : mark.getIndex();
    }

    int lineStart(int offset) {
        return text.lastIndexOf('\n', offset - 1) + 1;
    }

    int nextLine(int offset) {
        int end = text.indexOf('\n', offset);
        return end < 0 ? text.length() : end + 1;
    }

    /** The start of the line behind that in which something ends. */
    int lineBehind(int end) {
        return nextLine(Math.max(0, end - 1));
    }

    int column(int offset) {
        return offset - lineStart(offset);
    }

    /** The start of a line, or of the comments right above it. */
    int withComments(int offset) {
        int line = lineStart(offset);
        while (line > 0
                && text.substring(lineStart(line - 1), line).stripLeading().startsWith("#")) {
            line = lineStart(line - 1);
        }
        return line;
    }

    boolean isBlankBefore(int offset) {
        return text.substring(lineStart(offset), offset).isBlank();
    }

    /** Such as {@code file.yaml:7}. */
    String place(int offset) {
        return name + ":"
                + (text.substring(0, offset).chars().filter(one -> one == '\n').count() + 1);
    }

    /** Removes the document around that place, and one of its separators; or writes lines in its place. */
    void removeDocument(int at, String instead) {
        Map.Entry<Integer, Integer> before = separators.floorEntry(at);
        Integer after = separators.higherKey(at);
        int start = before == null ? 0 : before.getKey();
        int content = before == null ? 0 : before.getValue();
        int end = after == null ? text.length() : after;
        boolean isFirst = start == content;
        if (!instead.isEmpty()) {
            replace(
                    isFirst ? headEnd(content, at) : content,
                    withoutEmptyLines(content, end),
                    instead.replace("\n", lineEnd));
            return;
        }
        int keep = isFirst ? headEnd(content, at) : start;
        // The first one takes the separator behind it along, all others the one before them.
        replace(keep, isFirst && end < text.length() ? nextLine(end) : end, "");
    }

    /** Empty lines before a separator belong to it. */
    private int withoutEmptyLines(int from, int end) {
        int at = end;
        while (at > from
                && lineStart(at - 1) > from
                && text.substring(lineStart(at - 1), at).isBlank()) {
            at = lineStart(at - 1);
        }
        return at;
    }

    /** A comment with an empty line behind it, such as a licence, is the file's and not the first document's. */
    private int headEnd(int from, int at) {
        int kept = from;
        boolean comment = false;
        for (int line = from; line < at; line = nextLine(line)) {
            String words = text.substring(line, nextLine(line)).strip();
            if (words.startsWith("#")) {
                comment = true;
            } else if (words.isEmpty() && comment) {
                kept = nextLine(line);
            }
        }
        return kept;
    }
}
