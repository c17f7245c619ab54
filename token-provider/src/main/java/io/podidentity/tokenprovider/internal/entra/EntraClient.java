// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.entra;

import io.podidentity.tokenprovider.internal.Nullable;
import io.podidentity.tokenprovider.internal.http.HttpRequest;
import io.podidentity.tokenprovider.internal.http.HttpTransport;
import io.podidentity.tokenprovider.internal.source.SourceContext;
import io.podidentity.tokenprovider.internal.text.Time;

/**
 * The way to Entra ID's token endpoint.
 *
 * @param authority the cloud
 * @param proxy is asked in place of Entra ID; null for Entra ID itself
 */
public record EntraClient(
        EntraAuthority authority, @Nullable TokenProxy proxy, HttpTransport http, Time time) {
    private static final int CONNECT_MILLIS = 5_000;
    /** The limit for one try, so that a server that hangs leaves time for another try. */
    static final int TOTAL_MILLIS = 15_000;

    public static EntraClient of(SourceContext context, @Nullable TokenProxy proxy) {
        return new EntraClient(EntraAuthority.of(context.environment()), proxy, context.http(), context.time());
    }

    HttpRequest endpoint(String tenant) {
        HttpRequest direct = HttpRequest.toNetwork(authority.tokenEndpoint(tenant), CONNECT_MILLIS, TOTAL_MILLIS);
        if (proxy == null) {
            return direct;
        }
        return proxy.redirect(direct);
    }

    String baseUrl() {
        if (proxy == null) {
            return authority.baseUrl();
        }
        return proxy.baseUrl();
    }
}
