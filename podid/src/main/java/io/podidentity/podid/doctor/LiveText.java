package io.podidentity.podid.doctor;

import io.podidentity.emulator.json.Json;
import io.podidentity.podid.kubectl.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Objects of a cluster as one text for the reader of manifests, a field in each line, and which field that is: what is
 * found is named by its path in the object, since there is no file.
 */
final class LiveText {

    /** In place of a file's name; no file is called so. */
    static final String FILE = "(cluster)";

    private static final Pattern PLACE = Pattern.compile(Pattern.quote(FILE) + ":(\\d+):\\d+");

    private final StringBuilder text = new StringBuilder();
    /** Of each line from 1, as far as it is written: the object, a line break, and the field. */
    private final List<String> paths = new ArrayList<>(List.of("", ""));

    void add(Part object) {
        String name =
                object.kind() + " " + (object.namespace().isEmpty() ? "" : object.namespace() + "/") + object.name();
        line("---", name + "\n");
        value(object.value(), name, "");
        line("", "");
    }

    String text() {
        return text.toString();
    }

    /** The field in that line, such as {@code spec.selector}; empty for the object itself. */
    String path(int line) {
        String place = place(line);
        return place.substring(place.indexOf('\n') + 1);
    }

    private String place(int line) {
        return line < paths.size() ? paths.get(line) : "";
    }

    /** A sentence with objects and fields in place of lines, and the cluster in place of manifests. */
    String named(String sentence) {
        String ofCluster = sentence.replace("is not in these files", "is not in the cluster")
                .replace("which no manifest defines", "which the cluster does not have")
                .replace(", or add its file to the check", "");
        return PLACE.matcher(ofCluster)
                .replaceAll(match -> Matcher.quoteReplacement(
                        place(Integer.parseInt(match.group(1))).strip().replace('\n', ' ')));
    }

    private void value(@Nullable Object value, String object, String path) {
        if (value instanceof Map<?, ?> map && !map.isEmpty()) {
            text.append('{');
            map.forEach((key, field) -> {
                String below = path.isEmpty() ? String.valueOf(key) : path + "." + key;
                next(object, below);
                text.append(Json.write(key)).append(": ");
                value(field, object, below);
                text.append(',');
            });
            text.append('}');
        } else if (value instanceof List<?> list && !list.isEmpty()) {
            text.append('[');
            for (int i = 0; i < list.size(); i++) {
                String below = path + "[" + i + "]";
                next(object, below);
                value(list.get(i), object, below);
                text.append(',');
            }
            text.append(']');
        } else {
            text.append(Json.write(value));
        }
    }

    /** Ends a line; the next one is about that field. */
    private void next(String object, String path) {
        text.append("\n ");
        paths.add(object + "\n" + path);
    }

    private void line(String content, String path) {
        text.append(content).append('\n');
        paths.add(path);
    }
}
