package io.podidentity.emulator.manifest;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/** Makes a resource version that changes with the content and not with where it is written. */
final class ContentVersion {

    private final CRC32 sum = new CRC32();

    private ContentVersion() {}

    static String of(Yaml content) {
        var version = new ContentVersion();
        version.add(content);
        return Long.toString(version.sum.getValue());
    }

    private void add(Yaml value) {
        add(value.type());
        if (value instanceof Yaml.Scalar scalar) {
            add(scalar.text());
        } else if (value instanceof Yaml.Sequence sequence) {
            sequence.elements().forEach(this::add);
            add("]");
        } else if (value instanceof Yaml.Mapping mapping) {
            for (Yaml.Entry entry : mapping.entries()) {
                add(entry.key());
                add(entry.value());
            }
            add("}");
        }
    }

    private void add(String text) {
        sum.update((text + "\0").getBytes(StandardCharsets.UTF_8));
    }
}
