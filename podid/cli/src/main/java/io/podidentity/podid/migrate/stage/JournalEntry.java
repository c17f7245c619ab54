// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate.stage;

import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One file of a {@link Journal}, with sums that tell whether somebody else has changed it. Immutable.
 *
 * @param file a real path, which need not exist
 * @param before the SHA-256 of what it held, or {@link #ABSENT}
 * @param after the SHA-256 of what it will hold, or {@link #ABSENT}
 * @param number the number of its copy in the journal's folder
 */
record JournalEntry(Path file, String before, String after, int number) {

    static final String ABSENT = "-";

    private static final Pattern LINE = Pattern.compile("([0-9]{1,9}) ([0-9a-f]{64}|-) ([0-9a-f]{64}|-) (\\S+)");

    /** What happened to a file since the journal was written. */
    enum State {
        AS_BEFORE,
        CHANGED_BY_MIGRATION,
        CHANGED_BY_OTHERS
    }

    /**
     * Reads a line of a journal.
     *
     * @throws IOException if the line is none of a journal
     */
    static JournalEntry parse(String line, Path root) throws IOException {
        Matcher parts = LINE.matcher(line);
        if (!parts.matches()) {
            throw new IOException("The journal of podid migrate in " + root + " cannot be read. Compare the files with"
                    + " those of your version control, and remove " + root.resolve(Journal.FOLDER));
        }
        Path file = root.resolve(URLDecoder.decode(parts.group(4), StandardCharsets.UTF_8));
        return new JournalEntry(file, parts.group(2), parts.group(3), Integer.parseInt(parts.group(1)));
    }

    String writeLine(Path root) {
        String name = URLEncoder.encode(root.relativize(file).toString(), StandardCharsets.UTF_8);
        return number + " " + before + " " + after + " " + name + "\n";
    }

    boolean existed() {
        return !before.equals(ABSENT);
    }

    State readState() throws IOException {
        String now = sumContent(file);
        if (now.equals(before)) {
            return State.AS_BEFORE;
        }
        return now.equals(after) ? State.CHANGED_BY_MIGRATION : State.CHANGED_BY_OTHERS;
    }

    /** The SHA-256 of what a file holds now, or {@link #ABSENT}. */
    static String sumContent(Path file) throws IOException {
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            return ABSENT;
        }
        byte[] content = Files.readAllBytes(file);
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }
}
