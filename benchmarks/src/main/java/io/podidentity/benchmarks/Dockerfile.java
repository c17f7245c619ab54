package io.podidentity.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The commands of a Dockerfile, so that what is measured is what it ships. */
record Dockerfile(String text) {
    private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"");

    /** Reads one; lines that end with a back-slash go on in the next. */
    static Dockerfile read(Path file) throws IOException {
        return new Dockerfile(Files.readString(file).replaceAll("\\\\\\R\\s*", ""));
    }

    /**
     * The words of the last instruction of this kind, in its form as a list, that has a word.
     *
     * @param instruction {@code RUN} or {@code ENTRYPOINT}
     * @throws IllegalArgumentException if there is none
     */
    List<String> words(String instruction, String word) {
        List<String> found = List.of();
        Matcher lines = Pattern.compile("(?m)^" + instruction + " \\[(.*)]$").matcher(text);
        while (lines.find()) {
            List<String> words = WORD.matcher(lines.group(1))
                    .results()
                    .map(one -> one.group(1))
                    .toList();
            found = words.contains(word) ? words : found;
        }
        if (found.isEmpty()) {
            throw new IllegalArgumentException("The Dockerfile has no " + instruction + " with " + word);
        }
        return found;
    }
}
