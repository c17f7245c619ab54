package io.podidentity.podid.serve;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The host by which clients come: a name or an address in lower case, an address of IPv6 in brackets.
 *
 * @param port what leads to the first port; empty for the same
 */
record ExposedHost(String host, OptionalInt port) {

    private static final Pattern FORM = Pattern.compile("([a-z0-9][a-z0-9.-]*|\\[[0-9a-f:.]+])(?::([0-9]{1,5}))?");

    /** Reads {@code HOST} or {@code HOST:PORT}; empty for anything else. */
    static Optional<ExposedHost> parse(String text) {
        Matcher parts = FORM.matcher(text.toLowerCase(Locale.ROOT));
        if (!parts.matches()) {
            return Optional.empty();
        }
        String port = parts.group(2);
        return Optional.of(new ExposedHost(
                parts.group(1), port == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(port))));
    }
}
