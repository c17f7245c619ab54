package io.podidentity.podid.migrate;

import io.podidentity.emulator.manifest.ManifestException;
import io.podidentity.emulator.manifest.ManifestFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Finds where charts say something: their templates are no YAML, so a person must change them. */
final class HelmCharts {

    private HelmCharts() {}

    /** The lines of all files of charts that contain a text, such as {@code chart/values.yaml:7}. */
    static List<String> mentions(List<Path> charts, String text) {
        var places = new ArrayList<String>();
        Path here = Path.of("").toAbsolutePath();
        for (Path chart : charts) {
            try (Stream<Path> files = Files.walk(chart)) {
                files.filter(Files::isRegularFile).sorted().forEach(file -> add(here, file, text, places));
            } catch (IOException e) {
                throw new ManifestException("Cannot read the folder " + chart + " (" + e.getMessage() + ")");
            }
        }
        return places;
    }

    private static void add(Path here, Path file, String text, List<String> places) {
        try {
            List<String> lines = ManifestFiles.content(file).lines().toList();
            for (int i = 0; i < lines.size(); i++) {
                if (lines.get(i).contains(text)) {
                    places.add((file.startsWith(here) ? here.relativize(file) : file) + ":" + (i + 1));
                }
            }
        } catch (ManifestException notText) {
            // An archive of another chart, or an image.
        }
    }
}
