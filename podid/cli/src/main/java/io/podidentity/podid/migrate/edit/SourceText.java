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
 * The text of one file, its documents, and the changes that are to be made to it. What no change touches stays byte for
 * byte. Not thread-safe.
 *
 * <p>All places are offsets in the text as it was read: a change does not move the places of the others.
 */
public final class SourceText {

    private static final Pattern SEPARATOR = Pattern.compile("(?m)^(---|\\.\\.\\.)(?=[ \\t\\r\\n]|\\z)");
    private static final int MIN_BUFFER = 8 * 1024;
    private static final int MAX_ALIASES = 10_000;

    private final String name;
    private final String text;
    private final String lineEnd;
    private final boolean hasSurrogates;
    private final List<Node> documents = new ArrayList<>();
    private final Set<Change> changes = new LinkedHashSet<>();
    /** Where documents end and begin: where each separator starts, and the line behind it. */
    private final NavigableMap<Integer, Integer> separators = new TreeMap<>();

    /**
     * Other text in the place of a part of this one.
     *
     * @param end exclusive
     */
    private record Change(int start, int end, String after) {

        boolean isInsertion() {
            return start == end;
        }
    }

    private SourceText(String name, String text) {
        this.name = name;
        this.text = text;
        this.lineEnd = text.contains("\r\n") ? "\r\n" : "\n";
        Matcher found = SEPARATOR.matcher(text);
        while (found.find()) {
            separators.put(found.start(), nextLine(found.end()));
        }
        this.hasSurrogates = text.chars().anyMatch(unit -> Character.isSurrogate((char) unit));
    }

    /** Reads a text. A text that is no YAML, such as a template, has no documents. */
    public static SourceText read(String name, String text) {
        var source = new SourceText(name, text);
        try {
            new Compose(settingsFor(text)).composeAllFromString(text).forEach(source.documents::add);
        } catch (YamlEngineException | IllegalArgumentException notYaml) {
            // The parser has no exception of its own for some escapes, such as "\x at the end.
            source.documents.clear();
        }
        return source;
    }

    private static LoadSettings settingsFor(String text) {
        int longestLine = text.lines().mapToInt(String::length).max().orElse(0);
        return LoadSettings.builder()
                .setCodePointLimit(Integer.MAX_VALUE)
                .setMaxAliasesForCollections(MAX_ALIASES)
                // The parser looks ahead for a whole line and its end.
                .setBufferSize(Math.max(MIN_BUFFER, longestLine + 2))
                .build();
    }

    /** The path of the file as the user wrote it, or {@code -} for the standard input. */
    public String name() {
        return name;
    }

    public Path file() {
        return Path.of(name).toAbsolutePath().normalize();
    }

    /** The text as it was read, without the changes. */
    public String text() {
        return text;
    }

    /** The line end of the file, which new lines get too. */
    String lineEnd() {
        return lineEnd;
    }

    /** Whether the text is JSON, whose keys and strings have quotes. */
    boolean isJson() {
        return text.stripLeading().startsWith("{");
    }

    List<Node> documents() {
        return documents;
    }

    public boolean isChanged() {
        return !changes.isEmpty();
    }

    /** The text with the changes. */
    public String editedText() {
        // Where one change inserts and another one replaces, the insertion comes first.
        List<Change> sorted = changes.stream()
                .sorted(Comparator.comparingInt(Change::start).thenComparing(change -> !change.isInsertion()))
                .toList();
        var edited = new StringBuilder();
        int copied = 0;
        for (Change change : sorted) {
            if (change.start() >= copied) {
                edited.append(text, copied, change.start());
            }
            edited.append(change.after());
            copied = Math.max(copied, change.end());
        }
        edited.append(text, copied, text.length());
        return withoutLeadingSeparator(edited.toString());
    }

    /** What separated the first document from the second one has nothing before it once the first one is removed. */
    private String withoutLeadingSeparator(String edited) {
        String separator = "---" + lineEnd;
        if (edited.startsWith(separator) && !text.startsWith("---")) {
            return edited.substring(separator.length());
        }
        return edited;
    }

    /** Puts other text in place of that from {@code start} to before {@code end}. The same change twice is one. */
    void replace(int start, int end, String after) {
        changes.add(new Change(start, end, after));
    }

    void insert(int offset, String more) {
        replace(offset, offset, more);
    }

    /** Inserts whole lines, ended by line feeds, at the start of a line or at the end. */
    void insertLines(int offset, String lines) {
        boolean isLineOpen = offset == text.length() && !text.endsWith("\n");
        String before = isLineOpen ? lineEnd : "";
        insert(offset, before + lines.replace("\n", lineEnd));
    }

    /**
     * Removes an element of a list.
     *
     * @param removed all elements that are removed from the list
     */
    void removeElement(SequenceNode list, Node element, List<Node> removed) {
        List<Node> elements = list.getValue();
        int index = elements.indexOf(element);
        Optional<Node> next = index + 1 < elements.size() ? Optional.of(elements.get(index + 1)) : Optional.empty();
        if (!YamlNodes.isFlow(list)) {
            int end =
                    next.map(node -> startWithComments(startOf(node))).orElseGet(() -> lineBehind(contentEnd(element)));
            replace(startWithComments(startOf(element)), end, "");
            return;
        }
        // In brackets the comma goes too: the one before the element, or behind it if no element before it stays.
        Optional<Node> keptBefore = elements.subList(0, index).stream()
                .filter(before -> !removed.contains(before))
                .reduce((earlier, later) -> later);
        if (keptBefore.isPresent()) {
            replace(endOf(keptBefore.get()), endOf(element), "");
        } else {
            replace(startOf(element), next.map(this::startOf).orElseGet(() -> endOf(element)), "");
        }
    }

    /** Where the text of a value ends. A block ends where its last part does, without the comments behind it. */
    private int contentEnd(Node node) {
        if (!(node instanceof CollectionNode<?> block) || YamlNodes.isFlow(block)) {
            return endOf(node);
        }
        if (block.getValue().isEmpty()) {
            return endOf(node);
        }
        Object last = block.getValue().get(block.getValue().size() - 1);
        return last instanceof NodeTuple field ? endOf(field) : contentEnd((Node) last);
    }

    int endOf(NodeTuple field) {
        int keyEnd = endOf(field.getKeyNode());
        if (!isAlias(field)) {
            return Math.max(keyEnd, contentEnd(field.getValueNode()));
        }
        int end = text.indexOf('*', keyEnd) + 1;
        while (end < text.length() && isInAlias(text.charAt(end))) {
            end++;
        }
        return end;
    }

    private static boolean isInAlias(char character) {
        return !Character.isWhitespace(character) && ",]}".indexOf(character) < 0;
    }

    /** Whether the value is an alias: the parser gives it the place of what it stands for, which was written before. */
    boolean isAlias(NodeTuple field) {
        return startOf(field.getValueNode()) < startOf(field.getKeyNode());
    }

    int startOf(Node node) {
        return node.getStartMark().map(this::offset).orElse(0);
    }

    int endOf(Node node) {
        return node.getEndMark().map(this::offset).orElse(text.length());
    }

    /** The parser counts code points, and Java's strings count two units for some of them. */
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

    int columnOf(int offset) {
        return offset - lineStart(offset);
    }

    /** The start of a line, or of the comments right above it. */
    int startWithComments(int offset) {
        int line = lineStart(offset);
        while (line > 0 && isComment(lineStart(line - 1), line)) {
            line = lineStart(line - 1);
        }
        return line;
    }

    private boolean isComment(int start, int end) {
        return text.substring(start, end).stripLeading().startsWith("#");
    }

    /** Whether nothing but spaces stands before the place in its line. */
    boolean isBlankBefore(int offset) {
        return text.substring(lineStart(offset), offset).isBlank();
    }

    /** The file and the line of a place, such as {@code file.yaml:7}. */
    String describePlace(int offset) {
        long lineFeeds =
                text.substring(0, offset).chars().filter(unit -> unit == '\n').count();
        return name + ":" + (lineFeeds + 1);
    }

    /** Where a document stands in the text. */
    private record Extent(int separator, int start, int end) {

        boolean isFirst() {
            return separator == start;
        }
    }

    /** The document around a place, from behind the separator before it to before the separator behind it. */
    private Extent findDocument(int offset) {
        Map.Entry<Integer, Integer> before = separators.floorEntry(offset);
        Integer after = separators.higherKey(offset);
        int end = after == null ? text.length() : after;
        return before == null ? new Extent(0, 0, end) : new Extent(before.getKey(), before.getValue(), end);
    }

    /** Removes the document around a place, and one of its separators. */
    void removeDocument(int offset) {
        Extent document = findDocument(offset);
        if (!document.isFirst()) {
            replace(document.separator(), document.end(), "");
            return;
        }
        // The first document has no separator before it, and takes the one behind it along.
        int end = document.end() < text.length() ? nextLine(document.end()) : document.end();
        replace(headEnd(document.start(), offset), end, "");
    }

    /** Writes lines, ended by line feeds, in the place of the document around a place. */
    void replaceDocument(int offset, String lines) {
        Extent document = findDocument(offset);
        int start = document.isFirst() ? headEnd(document.start(), offset) : document.start();
        int end = withoutEmptyLines(document.start(), document.end());
        replace(start, end, lines.replace("\n", lineEnd));
    }

    /** Where a document ends if the empty lines before its separator belong to the separator. */
    private int withoutEmptyLines(int start, int end) {
        int line = end;
        while (line > start && lineStart(line - 1) > start && isBlankBetween(lineStart(line - 1), line)) {
            line = lineStart(line - 1);
        }
        return line;
    }

    private boolean isBlankBetween(int start, int end) {
        return text.substring(start, end).isBlank();
    }

    /** A comment with an empty line behind it, such as a licence, is the file's and not the first document's. */
    private int headEnd(int start, int end) {
        int headEnd = start;
        boolean hasComment = false;
        for (int line = start; line < end; line = nextLine(line)) {
            String words = text.substring(line, nextLine(line)).strip();
            if (words.startsWith("#")) {
                hasComment = true;
            } else if (words.isEmpty() && hasComment) {
                headEnd = nextLine(line);
            }
        }
        return headEnd;
    }
}
