// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check.reference;

import io.podidentity.emulator.manifest.ManifestException;
import io.podidentity.emulator.manifest.YamlReader;
import io.podidentity.podid.check.source.FieldLocation;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;

/** Where an object has the settings that decide on its identity. Immutable. */
record SettingsPath(List<String> keys) {

    private static final String EACH_ELEMENT = "[]";
    private static final String CONTENT_OF_TEXT = "{}";

    /**
     * Reads keys between slashes; {@code []} stands for each element of a list, {@code {}} for the YAML or JSON in a
     * text.
     */
    static SettingsPath parse(String path) {
        return new SettingsPath(List.of(path.split("/", -1)));
    }

    /** Whether the settings are YAML or JSON in the text of a field. */
    boolean isInText() {
        return keys.get(keys.size() - 1).equals(CONTENT_OF_TEXT);
    }

    /** The fields that have the settings, or the texts with them. */
    Stream<FieldLocation> findHolders(FieldLocation object) {
        List<String> toHolder = isInText() ? keys.subList(0, keys.size() - 1) : keys;
        return follow(object, toHolder);
    }

    /** The settings themselves; several where a list has them. */
    Stream<FieldLocation> findSettings(FieldLocation object) {
        return follow(object, keys);
    }

    private static Stream<FieldLocation> follow(FieldLocation start, List<String> keys) {
        Stream<FieldLocation> found = Stream.of(start);
        for (String key : keys) {
            found = found.flatMap(field -> follow(field, key));
        }
        return found.filter(FieldLocation::exists);
    }

    private static Stream<FieldLocation> follow(FieldLocation field, String key) {
        if (key.equals(EACH_ELEMENT)) {
            return field.items().stream();
        }
        if (key.equals(CONTENT_OF_TEXT)) {
            return readDocuments(field);
        }
        return Stream.of(field.like(key));
    }

    /** The documents in a text; none if it is neither YAML nor Base64 of it. */
    static Stream<FieldLocation> readDocuments(FieldLocation text) {
        try {
            return YamlReader.read(text.object().toString(), decodeText(text)).stream()
                    .map(document -> FieldLocation.of(text.object(), document));
        } catch (ManifestException | IllegalArgumentException e) {
            // What cannot be read decides on nothing that could be told here.
            return Stream.empty();
        }
    }

    /** The values below {@code data} of a Secret are Base64, unlike those below {@code stringData}. */
    private static String decodeText(FieldLocation text) {
        if (!text.path().startsWith("data")) {
            return text.text();
        }
        return new String(Base64.getMimeDecoder().decode(text.text()), StandardCharsets.UTF_8);
    }
}
