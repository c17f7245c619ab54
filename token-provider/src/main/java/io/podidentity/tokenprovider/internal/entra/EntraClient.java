package io.podidentity.tokenprovider.internal.entra;

import io.podidentity.tokenprovider.internal.http.HttpRequest;
import io.podidentity.tokenprovider.internal.http.HttpTransport;
import io.podidentity.tokenprovider.internal.source.SourceContext;
import io.podidentity.tokenprovider.internal.text.Time;
import org.jspecify.annotations.Nullable;

/**
 * How Entra ID's token endpoint is reached.
 *
 * @param authority the cloud
 * @param proxy what is asked in Entra ID's place; null for itself
 */
public record EntraClient(
        EntraAuthority authority, @Nullable TokenProxy proxy, HttpTransport http, Time time) {
    private static final int CONNECT_MILLIS = 5_000;
    /** For one try, so that a server which hangs leaves room for another. */
    static final int TOTAL_MILLIS = 15_000;

    public static EntraClient of(SourceContext context, @Nullable TokenProxy proxy) {
        return new EntraClient(EntraAuthority.of(context.environment()), proxy, context.http(), context.time());
    }

    HttpRequest endpoint(String tenant) {
        HttpRequest direct = HttpRequest.toNetwork(authority.tokenEndpoint(tenant), CONNECT_MILLIS, TOTAL_MILLIS);
        return proxy == null ? direct : proxy.inPlaceOf(direct);
    }

    String baseUrl() {
        return proxy == null ? authority.baseUrl() : proxy.baseUrl();
    }
}
