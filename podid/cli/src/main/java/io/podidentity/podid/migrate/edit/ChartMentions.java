// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate.edit;

import io.podidentity.emulator.manifest.ManifestException;
import io.podidentity.emulator.manifest.ManifestFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Finds words in a Helm chart, whose templates are no YAML and are not changed. */
public final class ChartMentions {

    private ChartMentions() {}

    /** The lines of all files of a chart that contain a text, such as {@code chart/values.yaml:7}. */
    public static List<String> find(Path chart, String text) {
        return ManifestFiles.below(chart)
                .filter(Files::isRegularFile)
                .flatMap(file -> findLines(file, text))
                .toList();
    }

    private static Stream<String> findLines(Path file, String text) {
        try {
            List<String> lines = ManifestFiles.content(file).lines().toList();
            return IntStream.range(0, lines.size())
                    .filter(i -> lines.get(i).contains(text))
                    .mapToObj(i -> SourcePaths.makeRelative(file) + ":" + (i + 1));
        } catch (ManifestException notText) {
            // The archive of another chart, or an image.
            return Stream.empty();
        }
    }
}
