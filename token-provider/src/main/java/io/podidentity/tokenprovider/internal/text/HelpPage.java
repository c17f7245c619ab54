// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.text;

import io.podidentity.tokenprovider.internal.Nullable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * The pages docs/troubleshooting, which are in the jar too. They are for machines that cannot reach the web, and the
 * section {@code aadsts} has the remedies for the errors of Entra ID. The pages are read only after a failure.
 */
public final class HelpPage {
    /** What the numbers of Entra ID's errors begin with. */
    public static final String AADSTS = "AADSTS";

    /** The {@code url} of the project in the POM, and the folder below it. A test checks that both agree. */
    private static final String ON_THE_WEB = "https://github.com/pod-identity/pod-identity-java/blob/main/docs/";

    private static final String FOLDER = "/io/podidentity/tokenprovider/";

    /** All pages, one after the other. The jar has this file in place of the pages, because it is smaller. */
    private static final String ALL = "troubleshooting-all.md";

    /** The page on failures of a whole call. */
    private static final String CALLS = "troubleshooting.md";

    /** The other pages, each with its sections. A test compares them with the pages. */
    private static final Map<String, Set<String>> SECTIONS_OF_PAGES = Map.of(
            "troubleshooting/developer-tools.md",
            Set.of(
                    "azure-cli",
                    "azure-developer-cli",
                    "azure-powershell",
                    "azure-sdk",
                    "intellij",
                    "visual-studio-code",
                    "browser"),
            "troubleshooting/managed-identity.md",
            Set.of(
                    "imds",
                    "managed-identity-endpoint",
                    "app-service",
                    "service-fabric",
                    "azure-arc",
                    "cloud-shell",
                    "azure-ml"),
            "troubleshooting/workload-identity.md",
            Set.of("workload-identity", "github-actions", "azure-pipelines"),
            "troubleshooting/application.md",
            Set.of(
                    "connection-string",
                    "environment",
                    "client-secret",
                    "client-certificate",
                    "client-assertion",
                    "agent-identity",
                    "key-vault-certificate"),
            "troubleshooting/entra-id.md",
            Set.of("aadsts"));

    private static final String HEADING = "## ";
    private static final String IN_A_POD = "in a pod";

    private final String pages;

    /** Reads the pages. In a jar that was made without them, there is no section. */
    public HelpPage() {
        String all = readPage(ALL);
        if (all.isEmpty()) {
            all = readPages();
        }
        pages = all;
    }

    private static String readPages() {
        StringBuilder all = new StringBuilder(readPage(CALLS));
        // In a fixed order, in which "help" lists the sections.
        for (String name : new TreeSet<>(SECTIONS_OF_PAGES.keySet())) {
            all.append(readPage(name));
        }
        return all.toString();
    }

    private static String readPage(String name) {
        try (InputStream stream = HelpPage.class.getResourceAsStream(FOLDER + name)) {
            if (stream != null) {
                return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
            }
        } catch (IOException e) {
            // The failure that is being explained then has no remedy, but it must not become another failure.
        }
        return "";
    }

    /** The address of a section on the web. */
    public static String link(String anchor) {
        return ON_THE_WEB + pageOf(anchor) + "#" + anchor;
    }

    private static String pageOf(String anchor) {
        for (Map.Entry<String, Set<String>> page : SECTIONS_OF_PAGES.entrySet()) {
            if (page.getValue().contains(anchor)) {
                return page.getKey();
            }
        }
        return CALLS;
    }

    /** A section with its heading; null without one of this name. */
    public @Nullable String section(String anchor) {
        int start = pages.indexOf("\n" + HEADING + anchor + "\n");
        if (start < 0) {
            return null;
        }
        // The next section, or the title of the next page.
        int end = Math.min(findOrEnd("\n" + HEADING, start + 1), findOrEnd("\n# ", start + 1));
        return pages.substring(start, end).strip();
    }

    /** Where a text is in the pages from a place on; their end if it is not there. */
    private int findOrEnd(String text, int from) {
        int found = pages.indexOf(text, from);
        if (found < 0) {
            return pages.length();
        }
        return found;
    }

    public List<String> anchors() {
        List<String> anchors = new ArrayList<>();
        for (String line : pages.split("\n", -1)) {
            if (line.startsWith(HEADING)) {
                anchors.add(line.substring(HEADING.length()));
            }
        }
        return anchors;
    }

    /**
     * What to do about an error of Entra ID: one or two sentences with full stops; empty if the table does not have it.
     *
     * @param number the number of the error; 0 for none
     * @param inPod whether a row that is only for pods counts too; it comes last, and wins
     */
    public static String remedy(int number, boolean inPod) {
        if (number == 0) {
            return "";
        }
        String remedy = "";
        String table = Objects.requireNonNullElse(new HelpPage().section("aadsts"), "");
        for (String line : table.split("\n", -1)) {
            String[] cells = line.split(" \\| ", -1);
            boolean isOfNumber = cells.length == 3 && cells[0].contains("`" + AADSTS + number + "`");
            if (isOfNumber && (inPod || !cells[0].endsWith(IN_A_POD))) {
                String last = cells[2].substring(0, cells[2].length() - " |".length());
                // Messages have commands in simple quotes.
                remedy = last.replace('`', '\'');
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
