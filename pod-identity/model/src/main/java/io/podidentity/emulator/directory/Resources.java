// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.directory;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What tokens of the tenant can be for: Azure's services in all clouds, and what was declared. The tenant's
 * applications are known besides; see {@link Directory#hasResource}. Names are compared without letter case and without
 * a slash at the end. Immutable.
 *
 * @param declared URIs and application IDs
 * @param any whether every resource passes for known
 * @since 0.1.0
 */
public record Resources(Set<String> declared, boolean any) {

    private static final String FILE = "/io/podidentity/emulator/azure-resources.txt";

    /** Stands for the name of one account at the begin of a host. */
    private static final String ANY_ACCOUNT = "https://*.";

    private static final List<String> OF_AZURE = read();

    /** A name is suggested if no more than this part of its letters differs. */
    private static final int NEAR = 4;

    public Resources {
        declared = declared.stream().map(Resources::normalized).collect(Collectors.toUnmodifiableSet());
    }

    /** Azure's services alone. */
    public static Resources ofAzure() {
        return new Resources(Set.of(), false);
    }

    /** Whatever is asked for. */
    public static Resources ofAnyName() {
        return new Resources(Set.of(), true);
    }

    private static List<String> read() {
        try (InputStream in = Resources.class.getResourceAsStream(FILE)) {
            if (in == null) {
                throw new IllegalStateException("The jar lacks " + FILE);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(line -> line.replaceFirst("#.*", "").strip())
                    .filter(line -> !line.isEmpty())
                    .map(Resources::normalized)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String normalized(String resource) {
        String lower = resource.toLowerCase(Locale.ROOT);
        return lower.endsWith("/") ? lower.substring(0, lower.length() - 1) : lower;
    }

    boolean contains(String resource) {
        String wanted = normalized(resource);
        return any || declared.contains(wanted) || OF_AZURE.stream().anyMatch(known -> isNamedBy(wanted, known));
    }

    private static boolean isNamedBy(String wanted, String known) {
        if (!known.startsWith(ANY_ACCOUNT)) {
            return wanted.equals(known);
        }
        String suffix = known.substring(ANY_ACCOUNT.length() - 1);
        return wanted.startsWith("https://")
                && wanted.endsWith(suffix)
                && wanted.substring("https://".length(), wanted.length() - suffix.length())
                        .matches("[a-z0-9-]+(\\.[a-z0-9-]+)?");
    }

    /**
     * The known name that is most like a wrong one.
     *
     * @param others that are known besides
     */
    Optional<String> nearest(String resource, Collection<String> others) {
        String wanted = normalized(resource);
        return Stream.of(OF_AZURE.stream(), declared.stream(), others.stream().map(Resources::normalized))
                .flatMap(names -> names)
                .filter(known -> !known.startsWith(ANY_ACCOUNT))
                .filter(known -> distance(wanted, known) <= wanted.length() / NEAR)
                .min(Comparator.comparingInt(known -> distance(wanted, known)));
    }

    /** How many letters are to be added, removed or replaced to make one text of the other (Levenshtein). */
    private static int distance(String one, String other) {
        int[] before = new int[other.length() + 1];
        for (int column = 0; column <= other.length(); column++) {
            before[column] = column;
        }
        for (int row = 1; row <= one.length(); row++) {
            int[] now = new int[other.length() + 1];
            now[0] = row;
            for (int column = 1; column <= other.length(); column++) {
                int replaced = before[column - 1] + (one.charAt(row - 1) == other.charAt(column - 1) ? 0 : 1);
                now[column] = Math.min(replaced, 1 + Math.min(before[column], now[column - 1]));
            }
            before = now;
        }
        return before[other.length()];
    }
}
