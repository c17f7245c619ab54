// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;

/** A scanner that reads the list in podid-in-cluster.jar knows whose classes are in it. */
class SbomIT {

    /** Whose classes are in which packages. */
    private static final Map<String, String> PARTS = Map.of(
            "io/fabric8/kubernetes/", "io.fabric8/kubernetes-client",
            "io/fabric8/zjsonpatch/", "io.fabric8/zjsonpatch",
            "com/fasterxml/jackson/annotation/", "com.fasterxml.jackson.core/jackson-annotations",
            "com/fasterxml/jackson/core/", "com.fasterxml.jackson.core/jackson-core",
            "com/fasterxml/jackson/databind/", "com.fasterxml.jackson.core/jackson-databind",
            "com/fasterxml/jackson/dataformat/yaml/", "com.fasterxml.jackson.dataformat/jackson-dataformat-yaml",
            "com/fasterxml/jackson/datatype/jsr310/", "com.fasterxml.jackson.datatype/jackson-datatype-jsr310",
            "org/yaml/snakeyaml/", "org.yaml/snakeyaml",
            "org/slf4j/jul/", "org.slf4j/slf4j-jdk14",
            "org/slf4j/", "org.slf4j/slf4j-api");

    @Test
    void sbom_always_namesEachPartOfTheJar() throws IOException {
        try (var jar = new JarFile(Path.of("target", "podid-in-cluster.jar").toFile())) {
            var unknown = new TreeSet<String>();
            for (ZipEntry entry : Collections.list(jar.entries())) {
                String name = entry.getName().replaceFirst("^META-INF/versions/\\d+/", "");
                if (name.endsWith(".class") && !name.startsWith("io/podidentity/") && isOfNoPart(name)) {
                    unknown.add(name);
                }
            }
            assertThat(unknown)
                    .as("classes of a part that this test does not know")
                    .isEmpty();
            String sbom = text(jar, "META-INF/sbom/application.cdx.json");
            assertThat(PARTS.values()).allSatisfy(part -> assertThat(sbom).contains("pkg:maven/" + part + "@"));
            assertThat(sbom).doesNotContain("pkg:maven/org.junit");
        }
    }

    private static boolean isOfNoPart(String name) {
        return PARTS.keySet().stream().noneMatch(name::startsWith);
    }

    private static String text(JarFile jar, String entry) throws IOException {
        try (InputStream in = jar.getInputStream(jar.getEntry(entry))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
