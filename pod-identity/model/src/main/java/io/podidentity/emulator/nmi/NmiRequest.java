// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.nmi;

import io.podidentity.emulator.http.Request;
import java.time.Clock;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One request to NMI: what it asks for, read once, and the log that names it.
 *
 * @param path decoded
 * @param ip the address that the request comes from, as NMI reads it: empty for every IPv6 address
 */
record NmiRequest(Request http, String path, String ip, NmiTokenRequest wanted, RequestLog log) {

    private static final Pattern IPV4_AND_PORT = Pattern.compile("(\\d{1,3}(?:\\.\\d{1,3}){3}):.*");

    /**
     * Reads what a program has sent.
     *
     * @param lines takes the log
     */
    static NmiRequest read(Request http, NmiSettings settings, Clock clock, Consumer<String> lines) {
        String path = Request.decodeSegment(http.rawPath());
        Matcher remote = IPV4_AND_PORT.matcher(http.connection().client());
        String ip = remote.matches() ? remote.group(1) : "";
        var log = new RequestLog(settings.words(), clock, lines, http.method(), path, ip);
        return new NmiRequest(http, path, ip, NmiTokenRequest.parse(http, settings.profile()), log);
    }

    /** For what a token is asked; empty if the request does not say. */
    String resource() {
        return wanted.resource();
    }
}
