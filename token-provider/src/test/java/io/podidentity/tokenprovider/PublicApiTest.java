// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** No program's view of the library changes unnoticed: a change of it is a change of a text file, to be reviewed. */
class PublicApiTest {
    private static final Path BASELINE = Path.of("src", "test", "resources", "public-api.txt");

    @Test
    void exportedPackages_offerWhatTheBaselineSays() throws IOException {
        List<String> now = PublicApi.lines(exported());
        Files.write(Path.of("target", "public-api.txt"), now);

        assertThat(difference(Files.readAllLines(BASELINE), now)).isEmpty();
    }

    @Test
    void module_exportsAndNeeds_noMoreThanItShould() throws IOException {
        try (InputStream module = Files.newInputStream(Path.of("target", "classes", "module-info.class"))) {
            ModuleDescriptor descriptor = ModuleDescriptor.read(module);

            assertThat(descriptor.exports())
                    .extracting(ModuleDescriptor.Exports::source)
                    .containsExactlyInAnyOrder(
                            "io.podidentity.tokenprovider",
                            "io.podidentity.tokenprovider.azure",
                            "io.podidentity.tokenprovider.jfr");
            assertThat(descriptor.requires())
                    .filteredOn(need -> !need.modifiers().contains(ModuleDescriptor.Requires.Modifier.STATIC))
                    .extracting(ModuleDescriptor.Requires::name)
                    .containsExactly("java.base");
            assertThat(descriptor.opens()).isEmpty();
            assertThat(descriptor.provides()).isEmpty();
        }
    }

    @Test
    void difference_ofOneLineAddedAndOneRemoved_namesBothAndTheWayOut() {
        assertThat(difference(List.of("A: class A", "B: class B"), List.of("A: class A", "C: class C")))
                .isEqualTo("""
                        The public API is not that of src/test/resources/public-api.txt:
                        - B: class B
                        + C: class C
                        If that is meant, copy target/public-api.txt there, and tell it in CHANGELOG.md.""");
    }

    @Test
    void lines_ofTypesOfAllKinds_sayWhatAProgramSees() {
        assertThat(PublicApi.lines(Stream.of(
                        PublicApiSample.Shape.class,
                        PublicApiSample.Dot.class,
                        PublicApiSample.Colour.class,
                        PublicApiSample.Base.class,
                        PublicApiSample.Hidden.class,
                        PublicApiSample.Hidden.WithinIt.class)))
                .containsExactly(
                        "PublicApiSample.Base: protected Base(String)",
                        "PublicApiSample.Base: protected String text",
                        "PublicApiSample.Base: protected abstract <E extends Object> void change(E, int[])",
                        "PublicApiSample.Base: public abstract static class Base extends RuntimeException",
                        "PublicApiSample.Base: public static final int LIMIT",
                        "PublicApiSample.Colour: public static PublicApiSample.Colour valueOf(String)",
                        "PublicApiSample.Colour: public static PublicApiSample.Colour[] values()",
                        "PublicApiSample.Colour: public static final PublicApiSample.Colour RED",
                        "PublicApiSample.Colour: public static final class Colour extends Enum<PublicApiSample.Colour>",
                        "PublicApiSample.Dot: public @Nullable PublicApiSample.Colour colour()",
                        "PublicApiSample.Dot: public Dot(@Nullable PublicApiSample.Colour, List<@Nullable String>)",
                        "PublicApiSample.Dot: public Integer get()",
                        "PublicApiSample.Dot: public Integer size(@Nullable Integer)",
                        "PublicApiSample.Dot: public List<@Nullable String> notes()",
                        "PublicApiSample.Dot: public static final class Dot extends Record implements PublicApiSample.Shape<Integer>",
                        "PublicApiSample.Dot: record (@Nullable PublicApiSample.Colour colour, List<@Nullable String> notes)",
                        "PublicApiSample.Shape: public abstract T size(@Nullable T) throws IOException",
                        "PublicApiSample.Shape: public abstract static interface Shape<T extends Number> extends Supplier<T> permits PublicApiSample.Dot",
                        "PublicApiSample.Shape: public default @Nullable String name()");
    }

    private static Stream<Class<?>> exported() throws IOException {
        Set<String> packages;
        try (InputStream module = Files.newInputStream(Path.of("target", "classes", "module-info.class"))) {
            packages = ModuleDescriptor.read(module).exports().stream()
                    .map(ModuleDescriptor.Exports::source)
                    .collect(toSet());
        }
        return new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages(packages).stream()
                        .filter(type -> packages.contains(type.getPackageName()))
                        .map(JavaClass::reflect);
    }

    /** What to tell of two listings; empty if they are the same. */
    private static String difference(List<String> before, List<String> now) {
        Stream<String> removed =
                before.stream().filter(line -> !now.contains(line)).map(line -> "- " + line);
        Stream<String> added =
                now.stream().filter(line -> !before.contains(line)).map(line -> "+ " + line);
        String lines = Stream.concat(removed, added).collect(joining("\n"));
        return lines.isEmpty()
                ? ""
                : "The public API is not that of src/test/resources/public-api.txt:\n" + lines
                        + "\nIf that is meant, copy target/public-api.txt there, and tell it in CHANGELOG.md.";
    }
}
