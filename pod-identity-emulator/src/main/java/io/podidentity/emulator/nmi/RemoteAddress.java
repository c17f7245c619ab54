package io.podidentity.emulator.nmi;

import java.util.regex.Pattern;

/** The address that a request comes from, as NMI reads it. */
final class RemoteAddress {

    private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");

    private RemoteAddress() {}

    /** What stands before the first colon, if it is an IPv4 address; else empty, so for every IPv6 address. */
    static String ip(String remoteAddress) {
        int colon = remoteAddress.indexOf(':');
        String host = colon <= 1 ? "" : remoteAddress.substring(0, colon);
        return IPV4.matcher(host).matches() ? host : "";
    }
}
