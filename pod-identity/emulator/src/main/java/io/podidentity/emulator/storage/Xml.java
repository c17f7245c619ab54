// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.storage;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.regex.Pattern;

/** Writes one XML document, every text escaped. Not thread-safe. */
final class Xml {

    /** Characters that XML 1.0 cannot hold, not even escaped. */
    private static final Pattern IMPOSSIBLE =
            Pattern.compile("[^\\t\\n\\r\\x20-\\uD7FF\\uE000-\\uFFFD\\x{10000}-\\x{10FFFF}]");

    private final StringBuilder text = new StringBuilder("<?xml version=\"1.0\" encoding=\"utf-8\"?>");
    private final Deque<String> open = new ArrayDeque<>();

    Xml(String root) {
        start(root);
    }

    static boolean canHold(String value) {
        return !IMPOSSIBLE.matcher(value).find();
    }

    Xml start(String element) {
        text.append('<').append(element).append('>');
        open.push(element);
        return this;
    }

    /** For the element that was started last, before anything is in it. */
    Xml attribute(String name, String value) {
        text.insert(text.length() - 1, " " + name + "=\"" + escaped(value) + "\"");
        return this;
    }

    Xml characters(String value) {
        text.append(escaped(value));
        return this;
    }

    Xml close() {
        text.append("</").append(open.pop()).append('>');
        return this;
    }

    Xml text(String element, String value) {
        return start(element).characters(value).close();
    }

    /** Ends the root and with it the document. */
    String end() {
        return close().text.toString();
    }

    private static String escaped(String value) {
        return value.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("\r", "&#13;");
    }
}
