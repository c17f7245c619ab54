// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.server;

import java.util.Optional;
import java.util.Set;

/**
 * How a server reads requests, and who is told of them. Immutable.
 *
 * @param names hosts besides the usual ones by which the server is known, in lower case
 * @param asGo whether it reads requests as Go's HTTP server does, and refuses in its words
 * @param proxies who may say for which client a connection is; empty if clients come themselves
 */
record ServerSettings(
        String name,
        Limits limits,
        Set<String> names,
        boolean asGo,
        Optional<ProxyAuthentication> proxies,
        RequestListener listener) {

    /** Those of a server that clients reach themselves, and that is no Go program. */
    static ServerSettings of(String name, Limits limits, RequestListener listener) {
        return new ServerSettings(name, limits, Set.of(), false, Optional.empty(), listener);
    }

    ServerSettings withNames(Set<String> others) {
        return new ServerSettings(name, limits, Set.copyOf(others), asGo, proxies, listener);
    }

    ServerSettings likeGo() {
        return new ServerSettings(name, limits, names, true, proxies, listener);
    }

    ServerSettings behindProxies(ProxyAuthentication authentication, RequestListener other) {
        return new ServerSettings(name, limits, names, asGo, Optional.of(authentication), other);
    }
}
