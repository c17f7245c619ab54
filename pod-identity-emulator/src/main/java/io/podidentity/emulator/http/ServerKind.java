package io.podidentity.emulator.http;

import java.util.Set;

/**
 * What a server takes for a request.
 *
 * @param names hosts besides the usual ones by which it is known, in lower case
 * @param isGo whether it is as strict as Go's HTTP server and refuses in its words
 */
record ServerKind(Set<String> names, boolean isGo) {

    static final ServerKind USUAL = new ServerKind(Set.of(), false);
}
