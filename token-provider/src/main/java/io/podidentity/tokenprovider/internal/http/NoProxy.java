package io.podidentity.tokenprovider.internal.http;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a {@code NO_PROXY} variable excepts from proxies: {@code *} for all; a host name, with all below it, with or
 * without {@code .} or {@code *.} before it; an address; a range such as {@code 10.0.0.0/8}; each with a port or
 * without; between commas or blanks. As curl and Go read it. A range is compared with addresses, and no name is looked
 * up for it.
 */
final class NoProxy {
    private final String[] entries;

    private NoProxy(String[] entries) {
        this.entries = entries;
    }

    static NoProxy of(String list) {
        return new NoProxy(list.toLowerCase(Locale.ROOT).split("[,\\s]+", -1));
    }

    /** Whether it is this machine or something on its own link, such as a metadata service. */
    static boolean isNear(String host) {
        byte[] bytes = address(host);
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

    boolean has(String host, int port) {
        String name = host.toLowerCase(Locale.ROOT);
        byte[] address = address(name);
        for (String entry : entries) {
            if (!entry.isEmpty() && (entry.equals("*") || matches(entry, name, address, port))) {
                return true;
            }
        }
        return false;
    }

    private static boolean matches(String entry, String name, byte @Nullable [] address, int port) {
        String pattern = entry;
        int slash = entry.indexOf('/');
        if (slash >= 0) {
            return address != null && isWithin(address, address(entry.substring(0, slash)), entry.substring(slash + 1));
        }
        int colon = entry.lastIndexOf(':');
        boolean ofPort = colon > 0 && (entry.indexOf(':') == colon || entry.charAt(colon - 1) == ']');
        if (ofPort) {
            if (!entry.substring(colon + 1).equals(Integer.toString(port))) {
                return false;
            }
            pattern = entry.substring(0, colon);
        }
        if (address != null) {
            byte[] other = address(pattern);
            return other != null && Arrays.equals(address, other);
        }
        pattern = pattern.startsWith("*.") ? pattern.substring(2) : pattern;
        pattern = pattern.startsWith(".") ? pattern.substring(1) : pattern;
        return !pattern.isEmpty() && (name.equals(pattern) || name.endsWith("." + pattern));
    }

    private static boolean isWithin(byte[] address, byte @Nullable [] network, String bits) {
        if (network == null || network.length != address.length || bits.isEmpty() || bits.length() > 3) {
            return false;
        }
        int left = 0;
        for (int i = 0; i < bits.length(); i++) {
            if (bits.charAt(i) < '0' || bits.charAt(i) > '9') {
                return false;
            }
            left = left * 10 + bits.charAt(i) - '0';
        }
        if (left > address.length * 8) {
            return false;
        }
        for (int i = 0; left > 0; i++, left -= 8) {
            int mask = left >= 8 ? 0xff : 0xff << (8 - left);
            if (((address[i] ^ network[i]) & mask & 0xff) != 0) {
                return false;
            }
        }
        return true;
    }

    /** The bytes of an address; null for a name, which is not looked up. */
    private static byte @Nullable [] address(String text) {
        String host = text.startsWith("[") && text.endsWith("]") ? text.substring(1, text.length() - 1) : text;
        try {
            return !host.isEmpty() && HttpRequest.isAddress(host)
                    ? InetAddress.getByName(host).getAddress()
                    : null;
        } catch (UnknownHostException e) {
            return null;
        }
    }
}
