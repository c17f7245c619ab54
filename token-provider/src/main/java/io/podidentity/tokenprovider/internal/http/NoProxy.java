// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.http;

import io.podidentity.tokenprovider.internal.Nullable;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Locale;

/**
 * The hosts that a {@code NO_PROXY} variable excepts from proxies, as curl and Go read it. Commas or blanks separate
 * the entries. An entry is {@code *} for all hosts, a host name, an address, or a range such as {@code 10.0.0.0/8},
 * with or without a port. A host name stands for all names below it too, with or without {@code .} or {@code *.} in
 * front. A range is compared with addresses only: no name is looked up for it.
 */
final class NoProxy {
    private final String[] entries;

    private NoProxy(String[] entries) {
        this.entries = entries;
    }

    static NoProxy parse(String list) {
        return new NoProxy(list.toLowerCase(Locale.ROOT).split("[,\\s]+", -1));
    }

    /** Whether a host is this machine, or is on its own link, such as a metadata service. */
    static boolean isNear(String host) {
        byte[] bytes = parseAddress(host);
        if (bytes == null) {
            return host.equalsIgnoreCase("localhost")
                    || host.toLowerCase(Locale.ROOT).endsWith(".localhost");
        }
        try {
            InetAddress address = InetAddress.getByAddress(bytes);
            return address.isLoopbackAddress() || address.isLinkLocalAddress() || address.isAnyLocalAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    boolean matches(String host, int port) {
        String name = host.toLowerCase(Locale.ROOT);
        byte[] address = parseAddress(name);
        for (String entry : entries) {
            if (entry.equals("*") || matches(entry, name, address, port)) {
                return true;
            }
        }
        return false;
    }

    private static boolean matches(String entry, String name, byte @Nullable [] address, int port) {
        int slash = entry.indexOf('/');
        if (slash >= 0) {
            byte[] network = parseAddress(entry.substring(0, slash));
            return address != null && network != null && isWithin(address, network, entry.substring(slash + 1));
        }
        int colon = entry.lastIndexOf(':');
        // A colon of an IPv6 address is no port.
        boolean hasPort = colon > 0 && (entry.indexOf(':') == colon || entry.charAt(colon - 1) == ']');
        if (!hasPort) {
            return matchesHost(entry, name, address);
        }
        return entry.substring(colon + 1).equals(Integer.toString(port))
                && matchesHost(entry.substring(0, colon), name, address);
    }

    private static boolean matchesHost(String entry, String name, byte @Nullable [] address) {
        if (address != null) {
            return Arrays.equals(address, parseAddress(entry));
        }
        String domain = entry;
        if (domain.startsWith("*.")) {
            domain = domain.substring(2);
        }
        if (domain.startsWith(".")) {
            domain = domain.substring(1);
        }
        return !domain.isEmpty() && (name.equals(domain) || name.endsWith("." + domain));
    }

    private static boolean isWithin(byte[] address, byte[] network, String length) {
        int bits = parseBits(length);
        if (network.length != address.length || bits < 0 || bits > address.length * 8) {
            return false;
        }
        int wholeBytes = bits / 8;
        for (int i = 0; i < wholeBytes; i++) {
            if (address[i] != network[i]) {
                return false;
            }
        }
        int rest = bits % 8;
        return rest == 0 || (address[wholeBytes] ^ network[wholeBytes]) >> (8 - rest) == 0;
    }

    /** The number of bits of a range; -1 if it is no number of up to three digits. */
    private static int parseBits(String text) {
        if (text.isEmpty() || text.length() > 3) {
            return -1;
        }
        int bits = 0;
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return -1;
            }
            bits = bits * 10 + text.charAt(i) - '0';
        }
        return bits;
    }

    /** The bytes of an address; null for a name, which is not looked up. */
    private static byte @Nullable [] parseAddress(String text) {
        String host = HttpRequest.withoutBrackets(text);
        if (host.isEmpty() || !HttpRequest.isAddress(host)) {
            return null;
        }
        try {
            return InetAddress.getByName(host).getAddress();
        } catch (UnknownHostException e) {
            return null;
        }
    }
}
