package io.podidentity.tokenprovider;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The page docs/troubleshooting.md as it lies in the jar, for machines from which nothing can be looked up. */
final class HelpPage {
    private static final String HEADING = "## ";

    private final String page;

    HelpPage() {
        try (InputStream stream = requireNonNull(HelpPage.class.getResourceAsStream("troubleshooting.md"))) {
            page = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A section with its heading; null without one of this name. */
    @Nullable
    String section(String anchor) {
        int start = page.indexOf("\n" + HEADING + anchor + "\n");
        if (start < 0) {
            return null;
        }
        int end = page.indexOf("\n" + HEADING, start + 1);
        return page.substring(start, end < 0 ? page.length() : end).strip();
    }

    /** The names of all sections, in the page's order. */
    List<String> anchors() {
        List<String> anchors = new ArrayList<>();
        page.lines().filter(line -> line.startsWith(HEADING)).forEach(line -> anchors.add(line.substring(3)));
        return anchors;
    }
}
