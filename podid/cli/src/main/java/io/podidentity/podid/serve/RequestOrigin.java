// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.serve;

import io.podidentity.emulator.http.Request;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a request shows of who sent it: the name that it was sent to, and whether a web page sent it. A browser sets
 * these headers itself, so that no page can leave them out or forge them. Immutable.
 */
record RequestOrigin(Request request) {

    private static final Pattern IPV4 =
            Pattern.compile("((25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])\\.){3}(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])");

    private static final Pattern IPV6 = Pattern.compile("\\[[0-9a-f:.]*:[0-9a-f:.]*]");

    /** What browsers say of requests that a user has typed, or that the page itself has sent. */
    private static final Set<String> OWN_SITES = Set.of("none", "same-origin");

    /** Whether a script of some page sent it, even one of a page that was served here. */
    boolean isScript() {
        return request.header("Origin").isPresent();
    }

    /** Whether a page sent it that was not served at the address of the request. */
    boolean isAnotherPage() {
        String self = "http://" + request.header("Host").orElse("");
        String origin = request.header("Origin").orElse(self);
        String site = request.header("Sec-Fetch-Site").orElse("none");
        return !origin.equals(self) || !OWN_SITES.contains(site);
    }

    /** The host to which the request was sent, without its port, in lower case; empty if it names none. */
    String host() {
        return request.header("Host").orElse("").replaceFirst(":[0-9]*$", "").toLowerCase(Locale.ROOT);
    }

    /** Whether the host is an address of this machine, as against a name, which somebody could point here. */
    boolean isSentToOwnAddress() {
        String host = host();
        if (!IPV4.matcher(host).matches() && !IPV6.matcher(host).matches()) {
            return false;
        }
        try {
            // Such a text is an address, so no name server is asked for it.
            InetAddress address = InetAddress.getByName(host);
            return address.isLoopbackAddress() || NetworkInterface.getByInetAddress(address) != null;
        } catch (UnknownHostException | SocketException notAnAddress) {
            return false;
        }
    }
}
