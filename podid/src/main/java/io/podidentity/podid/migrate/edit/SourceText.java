package io.podidentity.podid.migrate.edit;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;

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

    /**
     * Reads a text.
     *
     * @param name what positions call it
     * @return a text without documents if it is not YAML, such as a template
     */
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

    /** As it was read. */
    public String text() {
        return text;
    }

    public String lineEnd() {
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

    /** With all changes. */
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

    /** Behind the line end. */
    int nextLine(int offset) {
        int end = text.indexOf('\n', offset);
        return end < 0 ? text.length() : end + 1;
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

    /** Inserts a document before the one at that place, which is its first line's. */
    void insertDocument(int at, String document) {
        insert(lineStart(at), document + "---" + lineEnd);
    }

    /** Removes the document around that place, and one of its separators. */
    void removeDocument(int at, String instead) {
        Map.Entry<Integer, Integer> before = separators.floorEntry(at);
        Integer after = separators.higherKey(at);
        int start = before == null ? 0 : before.getKey();
        int content = before == null ? 0 : before.getValue();
        int end = after == null ? text.length() : after;
        boolean isFirst = start == content;
        if (!instead.isEmpty()) {
            replace(isFirst ? headEnd(content, at) : content, contentEnd(content, end), instead);
            return;
        }
        int keep = isFirst ? headEnd(content, at) : start;
        // The first one takes the separator behind it along, all others the one before them.
        replace(keep, isFirst && end < text.length() ? nextLine(end) : end, "");
    }

    /** Empty lines before a separator belong to it. */
    private int contentEnd(int from, int end) {
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
