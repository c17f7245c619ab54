// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate.edit;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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

    private static final int MIN_BUFFER = 8 * 1024;
    private static final int MAX_ALIASES = 10_000;

    private final String name;
    private final String text;
    private final String lineEnd;
    private final TextLines lines;
    private final DocumentExtents extents;
    private final boolean hasSurrogates;
    private final List<Node> documents = new ArrayList<>();
    private final Set<Change> changes = new LinkedHashSet<>();

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
        this.lines = new TextLines(text);
        this.lineEnd = lines.detectLineEnd();
        this.extents = new DocumentExtents(lines);
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

    TextLines lines() {
        return lines;
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
    void insertLines(int offset, String added) {
        boolean isLineOpen = offset == text.length() && !text.endsWith("\n");
        String before = isLineOpen ? lineEnd : "";
        insert(offset, before + added.replace("\n", lineEnd));
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
            int end = next.map(this::startWithComments).orElseGet(() -> lines.startBehind(contentEnd(element)));
            replace(startWithComments(element), end, "");
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

    private int startWithComments(Node node) {
        return lines.startWithComments(startOf(node));
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

    /** The file and the line of a place, such as {@code file.yaml:7}. */
    String describePlace(int offset) {
        return name + ":" + lines.numberOf(offset);
    }

    /** Removes the document around a place, and one of its separators. */
    void removeDocument(int offset) {
        DocumentExtents.Extent document = extents.findRemovable(offset);
        replace(document.start(), document.end(), "");
    }

    /** Writes lines, ended by line feeds, in the place of the document around a place. */
    void replaceDocument(int offset, String added) {
        DocumentExtents.Extent document = extents.findReplaceable(offset);
        replace(document.start(), document.end(), added.replace("\n", lineEnd));
    }
}
