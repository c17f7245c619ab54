package io.podidentity.podid.explain.log;

import io.podidentity.emulator.manifest.Yaml;
import io.podidentity.emulator.manifest.YamlReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;

/** All lines that are known, from {@code lines.yaml}: causes before those who pass them on. */
final class KnownLines {

    private static final String FILE = "lines.yaml";

    private KnownLines() {}

    static List<KnownLine> read() {
        try (InputStream in = Objects.requireNonNull(KnownLines.class.getResourceAsStream(FILE), FILE)) {
            var text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return list(YamlReader.read(FILE, text).get(0)).stream()
                    .map(KnownLines::line)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static KnownLine line(Yaml entry) {
        return new KnownLine(
                text(entry, "id"),
                text(entry, "from"),
                kind(entry),
                Pattern.compile(text(entry, "pattern")),
                text(entry, "example"),
                text(entry, "says"),
                texts(entry, "why"),
                texts(entry, "do"),
                text(entry, "more"));
    }

    private static KnownLine.Kind kind(Yaml entry) {
        return ((Yaml.Mapping) entry)
                .get("kind")
                .map(kind -> KnownLine.Kind.valueOf(((Yaml.Scalar) kind).text().toUpperCase(Locale.ROOT)))
                .orElse(KnownLine.Kind.PROBLEM);
    }

    private static List<String> texts(Yaml entry, String key) {
        return list(value(entry, key)).stream()
                .map(one -> ((Yaml.Scalar) one).text())
                .toList();
    }

    private static String text(Yaml entry, String key) {
        return ((Yaml.Scalar) value(entry, key)).text();
    }

    private static Yaml value(Yaml entry, String key) {
        return ((Yaml.Mapping) entry)
                .get(key)
                .orElseThrow(() -> new IllegalStateException(entry.position() + " lacks " + key));
    }

    private static List<Yaml> list(Yaml value) {
        return ((Yaml.Sequence) value).elements();
    }
}
