// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;

/** What the jar carries of others has its licence in it. */
class LicencesIT {

    private static final String FOLDER = "META-INF/licenses/";

    /** Whose classes are in which packages. */
    private static final Map<String, String> OTHERS = Map.of(
            "picocli/", "info.picocli:picocli",
            "org/snakeyaml/", "org.snakeyaml:snakeyaml-engine",
            "tools/jackson/", "tools.jackson.core:jackson-core",
            "com/nimbusds/", "com.nimbusds:nimbus-jose-jwt",
            "org/bouncycastle/", "org.bouncycastle:bcprov-jdk18on");

    private static final Pattern LINK = Pattern.compile("\\]\\(([^)]+)\\)");

    @Test
    void jar_always_namesTheLicenceOfEachOfItsParts() throws Exception {
        try (var jar = new JarFile(Path.of("target", "podid.jar").toFile())) {
            var unknown = new TreeSet<String>();
            for (ZipEntry entry : Collections.list(jar.entries())) {
                String name = entry.getName().replaceFirst("^META-INF/versions/\\d+/", "");
                if (name.endsWith(".class")
                        && !name.startsWith("io/podidentity/")
                        && OTHERS.keySet().stream().noneMatch(name::startsWith)) {
                    unknown.add(name);
                }
            }
            assertThat(unknown).as("classes of others without a licence").isEmpty();
            String list = text(jar, FOLDER + "README.md");
            assertThat(list).contains(OTHERS.values());
            assertThat(LINK.matcher(list)
                            .results()
                            .map(link ->
                                    Path.of(FOLDER, link.group(1)).normalize().toString()))
                    .isNotEmpty()
                    .allSatisfy(file -> assertThat(jar.getEntry(file)).as(file).isNotNull());
        }
    }

    @Test
    void sbom_always_namesEachOfItsParts() throws Exception {
        try (var jar = new JarFile(Path.of("target", "podid.jar").toFile())) {
            String sbom = text(jar, "META-INF/sbom/application.cdx.json");
            for (String part : OTHERS.values()) {
                assertThat(sbom).contains("pkg:maven/" + part.replace(':', '/') + "@");
            }
            assertThat(sbom)
                    .contains(
                            "pkg:maven/org.bouncycastle/bcpkix-jdk18on@",
                            "pkg:maven/org.bouncycastle/bcutil-jdk18on@",
                            "pkg:maven/io.podidentity/token-provider@",
                            "pkg:maven/io.podidentity/pod-identity-emulator@")
                    .doesNotContain("pkg:maven/org.junit");
        }
    }

    @Test
    void bouncyCastlesLicence_always_isThatOfItsJars() throws Exception {
        var originals = Collections.list(getClass().getClassLoader().getResources("META-INF/LICENSE.md")).stream()
                .filter(url -> url.toString().contains("bouncycastle"))
                .toList();
        try (var jar = new JarFile(Path.of("target", "podid.jar").toFile())) {
            String carried = text(jar, FOLDER + "BouncyCastle.md");
            assertThat(originals).isNotEmpty();
            for (var original : originals) {
                try (InputStream in = original.openStream()) {
                    assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8))
                            .as(original.toString())
                            .isEqualTo(carried);
                }
            }
            assertThat(jar.getEntry("META-INF/LICENSE.md")).isNull();
            assertThat(text(jar, "META-INF/LICENSE")).contains("Apache License", "Version 2.0, January 2004");
        }
    }

    private static String text(JarFile jar, String name) throws IOException {
        ZipEntry entry = jar.getEntry(name);
        assertThat(entry).as(name).isNotNull();
        try (InputStream in = jar.getInputStream(entry)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
