package io.podidentity.tokenprovider.internal.entra;

import java.net.URI;
import java.net.URISyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * Takes apart the URL that names a cloud and a tenant, such as {@code https://login.microsoftonline.com/contoso.com}.
 */
public final class TenantUrl {
    private TenantUrl() {}

    /** The cloud, with a slash at its end; null if it is no such URL. */
    public static @Nullable String instance(@Nullable String url) {
        URI uri = parse(url);
        return uri == null ? null : "https://" + uri.getRawAuthority() + "/";
    }

    /** The tenant; null if it is no such URL. */
    public static @Nullable String tenant(@Nullable String url) {
        URI uri = parse(url);
        return uri == null ? null : firstPart(uri);
    }

    private static @Nullable URI parse(@Nullable String url) {
        try {
            URI uri = new URI(url == null ? "" : url.strip());
            boolean complete = "https".equalsIgnoreCase(uri.getScheme())
                    && uri.getHost() != null
                    && uri.getRawUserInfo() == null
                    && uri.getRawQuery() == null
                    && !firstPart(uri).isEmpty();
            return complete ? uri : null;
        } catch (URISyntaxException e) {
            return null;
        }
    }

    private static String firstPart(URI uri) {
        String path = uri.getRawPath();
        int end = path.indexOf('/', 1);
        return path.isEmpty() ? "" : path.substring(1, end < 0 ? path.length() : end);
    }
}
