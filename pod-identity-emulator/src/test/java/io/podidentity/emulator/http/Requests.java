package io.podidentity.emulator.http;

import java.util.Map;

/** Requests that no socket carried. */
public final class Requests {

    private Requests() {}

    /** A GET of a path, maybe with a query, without headers. */
    public static Request get(String target) {
        return new Request("GET", target, Map.of(), "", true);
    }
}
