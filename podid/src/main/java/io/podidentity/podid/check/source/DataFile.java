package io.podidentity.podid.check.source;

import io.podidentity.emulator.manifest.ManifestException;
import io.podidentity.emulator.manifest.YamlReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A file of YAML or JSON that is no manifest. */
public final class DataFile {

    private DataFile() {}

    /**
     * Its documents; none if it is empty.
     *
     * @throws ManifestException if it cannot be used
     */
    public static List<FieldLocation> read(Path file) {
        String name = file.toString();
        try {
            return YamlReader.read(name, Files.readString(file)).stream()
                    .map(document -> FieldLocation.of(name, document))
                    .toList();
        } catch (IOException e) {
            throw new ManifestException(
                    "Cannot read " + file + " (" + e.getClass().getSimpleName() + ")");
        }
    }
}
