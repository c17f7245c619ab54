// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.match;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A range of IPv4 addresses in CIDR form. Immutable.
 *
 * @param first its first address, as a number
 * @param bits how many bits all of them share
 * @since 0.1.0
 */
public record Ipv4Range(long first, int bits) {

    private static final Pattern FORM =
            Pattern.compile("(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})(?:/(\\d{1,2}))?");

    /** Nothing if it is not one, as of IPv6. An address alone is a range of one. */
    public static Optional<Ipv4Range> of(String cidr) {
        Matcher form = FORM.matcher(cidr.strip());
        if (!form.matches()) {
            return Optional.empty();
        }
        long address = 0;
        for (int i = 1; i <= 4; i++) {
            address = address << 8 | Integer.parseInt(form.group(i));
        }
        int bits = form.group(5) == null ? 32 : Math.min(32, Integer.parseInt(form.group(5)));
        return Optional.of(new Ipv4Range(address >> (32 - bits) << (32 - bits), bits));
    }

    public boolean contains(Ipv4Range other) {
        return other.bits >= bits && other.first >> (32 - bits) == first >> (32 - bits);
    }
}
