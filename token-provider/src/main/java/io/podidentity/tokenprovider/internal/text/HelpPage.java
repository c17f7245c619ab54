package io.podidentity.tokenprovider.internal.text;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The page docs/troubleshooting.md as it lies in the jar: for machines from which nothing can be looked up, and for the
 * remedies of Entra ID's errors, which its section {@code aadsts} has a table of. It is read when something failed.
 */
public final class HelpPage {
    /** What the numbers of Entra ID's errors begin with. */
    public static final String AADSTS = "AADSTS";

    /** The {@code url} of the project in the POM, and the page below it. A test checks that both agree. */
    private static final String ON_THE_WEB =
            "https://github.com/pod-identity/pod-identity-java/blob/main/docs/troubleshooting.md#";

    private static final String PAGE = "/io/podidentity/tokenprovider/troubleshooting.md";
    private static final String HEADING = "## ";
    private static final String IN_A_POD = "in a pod";

    private final String page;

    /** Reads the page; a jar that was made without it has an empty one. */
    public HelpPage() {
        String text = "";
        try (InputStream stream = HelpPage.class.getResourceAsStream(PAGE)) {
            text = stream == null ? "" : new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            // A failure is told without it.
        }
        page = text;
    }

    public static String link(String anchor) {
        return ON_THE_WEB + anchor;
    }

    /** A section with its heading; null without one of this name. */
    public @Nullable String section(String anchor) {
        int start = page.indexOf("\n" + HEADING + anchor + "\n");
        if (start < 0) {
            return null;
        }
        int end = page.indexOf("\n" + HEADING, start + 1);
        return page.substring(start, end < 0 ? page.length() : end).strip();
    }

    public List<String> anchors() {
        List<String> anchors = new ArrayList<>();
        for (String line : page.split("\n", -1)) {
            if (line.startsWith(HEADING)) {
                anchors.add(line.substring(HEADING.length()));
            }
        }
        return anchors;
    }

    /** What to do about an error of Entra ID: one sentence or two, with full stops. */
    public static String remedy(int number, boolean inPod) {
        String table = number == 0 ? null : new HelpPage().section("aadsts");
        String remedy = "";
        for (String line : (table == null ? "" : table).split("\n", -1)) {
            String[] cells = line.split(" \\| ", -1);
            boolean ofPods = cells[0].endsWith(IN_A_POD);
            if (cells.length == 3 && cells[0].contains("`" + AADSTS + number + "`") && (inPod || !ofPods)) {
                // In a message commands stand between simple quotes.
                remedy =
                        cells[2].substring(0, cells[2].length() - " |".length()).replace('`', '\'');
            }
        }
        return remedy;
    }

    /** The number of the error of Entra ID that a text names first; 0 without one. */
    public static int number(String text) {
        int start = text.indexOf(AADSTS);
        int number = 0;
        for (int i = start + AADSTS.length(); start >= 0 && i < text.length() && i < start + AADSTS.length() + 9; i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                break;
            }
            number = number * 10 + digit;
        }
        return number;
    }
}
