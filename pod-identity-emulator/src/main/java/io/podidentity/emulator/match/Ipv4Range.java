package io.podidentity.emulator.match;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A range of IPv4 addresses.
 *
 * @param first as a number
 * @param bits of the mask; 33 for a range that contains nothing, such as one of IPv6
 */
record Ipv4Range(long first, int bits) {

    private static final Pattern FORM =
            Pattern.compile("(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})(?:/(\\d{1,2}))?");
    private static final Ipv4Range NOTHING = new Ipv4Range(0, 33);

    static Ipv4Range of(String cidr) {
        Matcher parts = FORM.matcher(cidr);
        if (!parts.matches()) {
            return NOTHING;
        }
        long address = 0;
        for (int i = 1; i <= 4; i++) {
            address = address << 8 | Integer.parseInt(parts.group(i));
        }
        return new Ipv4Range(address, parts.group(5) == null ? 32 : Integer.parseInt(parts.group(5)));
    }

    boolean contains(String address) {
        return of(address).isWithin(this);
    }

    boolean isWithin(Ipv4Range other) {
        int rest = 32 - other.bits;
        return bits >= other.bits && bits <= 32 && rest >= 0 && first >> rest == other.first >> rest;
    }
}
