// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.explain.log;

import io.podidentity.emulator.manifest.YamlReader;
import io.podidentity.podid.check.source.FieldLocation;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A line that some component is known to write, and what it means. Immutable.
 *
 * @param id in kebab case, part of links
 * @param from the component in which it arose
 * @param kind whether something must be done
 * @param pattern found in the message; its named groups are what {@code {name}} stands for in the texts
 * @param example a whole line of a log, with what the logger puts around the message
 * @param says what has happened, in a sentence without a full stop
 * @param why reasons that it can have, the likeliest first
 * @param next what to do: commands, or sentences
 * @param more a page or an issue upstream
 */
public record KnownLine(
        String id,
        String from,
        Kind kind,
        Pattern pattern,
        String example,
        String says,
        List<String> why,
        List<String> next,
        String more) {

    /** Whether something must be done about a line. */
    public enum Kind {
        /** Something must be done. */
        PROBLEM,
        /** The line follows from another one, or matters only together with it. */
        NOTE,
        /** All is well. */
        OK
    }

    /** All of them: causes before those who pass them on. */
    static final List<KnownLine> ALL = readTable("lines.yaml");

    private static final String PAGE = "https://github.com/pod-identity/pod-identity-java/blob/main/docs/logs.md#";

    /** Where our own documents say the same. */
    String link() {
        return PAGE + id;
    }

    /** What the message names, if it is this line; empty if it is not. */
    Optional<LineNames> match(String message) {
        Matcher matcher = pattern.matcher(message);
        if (!matcher.find()) {
            return Optional.empty();
        }
        return Optional.of(LineNames.fromGroups(matcher));
    }

    private static List<KnownLine> readTable(String file) {
        try (InputStream in = Objects.requireNonNull(KnownLine.class.getResourceAsStream(file), file)) {
            var text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return FieldLocation.of(file, YamlReader.read(file, text).get(0)).items().stream()
                    .map(KnownLine::readEntry)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static KnownLine readEntry(FieldLocation entry) {
        return new KnownLine(
                entry.at("id").text(),
                entry.at("from").text(),
                readKind(entry.at("kind")),
                Pattern.compile(entry.at("pattern").text()),
                entry.at("example").text(),
                entry.at("says").text(),
                entry.at("why").itemTexts(),
                entry.at("do").itemTexts(),
                entry.at("more").text());
    }

    /** Most lines are problems, so the table leaves that out. */
    private static Kind readKind(FieldLocation kind) {
        if (!kind.exists()) {
            return Kind.PROBLEM;
        }
        return Kind.valueOf(kind.text().toUpperCase(Locale.ROOT));
    }
}
