package io.podidentity.tokenprovider;

import org.jspecify.annotations.Nullable;

/**
 * A GET request that never goes through a proxy.
 *
 * @param url where to, with its query
 * @param headerName the one header it carries; null without one
 * @param headerValue that header's value
 * @param connectMillis how long the connection may take
 * @param totalMillis how long the whole exchange may take
 */
record HttpRequest(
        String url, @Nullable String headerName, @Nullable String headerValue, int connectMillis, int totalMillis) {}
