// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate;

import io.podidentity.podid.text.MarkdownText;

/** A document in Markdown while it is written. Not thread-safe. */
final class MarkdownWriter {

    private final StringBuilder text = new StringBuilder();

    void writeTitle(String title) {
        text.append("# ").append(title).append("\n\n");
    }

    void writeHeading(String heading) {
        text.append("\n## ").append(heading).append("\n\n");
    }

    void writeItem(String line) {
        text.append("- ").append(line).append('\n');
    }

    void writeSubItem(String line) {
        text.append("  - ").append(line).append('\n');
    }

    /** Writes lines and ends the last one. The lines before it may be empty, and so begin another paragraph. */
    void writeLines(String lines) {
        text.append(lines).append('\n');
    }

    /** Words of others, such as names in manifests, as a part of a line. */
    static String escape(String words) {
        return MarkdownText.of(words);
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
