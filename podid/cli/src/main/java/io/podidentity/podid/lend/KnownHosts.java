// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.lend;

import io.podidentity.emulator.http.Request;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Refuses what a web page, a proxy or another name could have sent here. A page of another origin can make a browser
 * send a request to any address, by a name of its own that it points there; then the request has that name, and headers
 * that no client library sends. Immutable.
 */
record KnownHosts(Set<String> hosts) {

    /** Names by which a container reaches its machine; nobody can register a name below {@code internal}. */
    private static final List<String> CONTAINER_NAMES = List.of("host.docker.internal", "host.containers.internal");

    private static final List<String> HEADERS_OF_OTHERS =
            List.of("Origin", "Sec-Fetch-Site", "X-Forwarded-For", "Forwarded");

    /**
     * Knows the names of a server.
     *
     * @param names further names, which a user says
     */
    static KnownHosts create(List<InetAddress> addresses, List<String> names, int port) {
        var all = new ArrayList<>(CONTAINER_NAMES);
        all.addAll(names);
        for (InetAddress address : addresses) {
            all.add(writeInUrl(address));
            if (address.isLoopbackAddress()) {
                all.add("localhost");
            }
        }
        return new KnownHosts(all.stream()
                .map(host -> host.toLowerCase(Locale.ROOT) + ":" + port)
                .collect(Collectors.toSet()));
    }

    /** The address as it is written in a URL. */
    static String writeInUrl(InetAddress address) {
        String text = address.getHostAddress();
        if (address instanceof Inet6Address) {
            // The zone after the percent sign means something on this machine only.
            return "[" + text.replaceFirst("%.*", "") + "]";
        }
        return text;
    }

    /**
     * Looks at the name to which a request was sent, and for what browsers and proxies add to it.
     *
     * @throws Refusal unless a client library sent it to this server
     */
    void require(Request request) {
        String host = request.header("Host").orElse("");
        if (!hosts.contains(host.toLowerCase(Locale.ROOT))) {
            throw new Refusal(
                    403,
                    "unknown_host",
                    "podid lend is not known as \"" + Refusal.printable(host)
                            + "\". Use an address that it printed, or start it with --host NAME.");
        }
        for (String header : HEADERS_OF_OTHERS) {
            if (request.header(header).isPresent()) {
                throw new Refusal(
                        403, "not_a_client", "podid lend does not answer web pages and proxies (" + header + ").");
            }
        }
    }
}
