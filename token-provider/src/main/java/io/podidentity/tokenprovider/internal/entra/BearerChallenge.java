package io.podidentity.tokenprovider.internal.entra;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a service says about the token that it wants: {@code Bearer authorization="…", resource="…"}.
 *
 * @param tenant the tenant that the token must be of
 * @param resource the resource that the token must be for
 */
public record BearerChallenge(String tenant, String resource) {
    private static final String SCHEME = "bearer ";

    public static @Nullable BearerChallenge read(@Nullable String header) {
        if (header == null || !header.toLowerCase(Locale.ROOT).startsWith(SCHEME)) {
            return null;
        }
        String authority = parameter(header, "authorization");
        String tenant = tenant(authority == null ? parameter(header, "authorization_uri") : authority);
        String resource = parameter(header, "resource");
        return tenant == null || resource == null ? null : new BearerChallenge(tenant, resource);
    }

    /**
     * Whether a token for the resource may go to this host: it must lie within the resource's own, as {@code
     * myvault.vault.azure.net} does within {@code vault.azure.net}. Otherwise any server could have itself a token for
     * whatever it names.
     */
    public boolean isOf(String host) {
        try {
            URI uri = URI.create(resource);
            String own = uri.getHost();
            return "https".equalsIgnoreCase(uri.getScheme())
                    && own != null
                    && host.toLowerCase(Locale.ROOT).endsWith("." + own.toLowerCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static @Nullable String parameter(String header, String name) {
        int at = SCHEME.length();
        while (at < header.length()) {
            int equals = header.indexOf('=', at);
            if (equals < 0) {
                return null;
            }
            String key = header.substring(at, equals).strip();
            boolean quoted = equals + 1 < header.length() && header.charAt(equals + 1) == '"';
            int start = quoted ? equals + 2 : equals + 1;
            int end = header.indexOf(quoted ? '"' : ',', start);
            end = end < 0 ? header.length() : end;
            if (key.equalsIgnoreCase(name)) {
                return header.substring(start, end).strip();
            }
            int comma = header.indexOf(',', end);
            at = comma < 0 ? header.length() : comma + 1;
        }
        return null;
    }

    /**
     * The tenant of a URL that names a cloud and a tenant, such as {@code
     * https://login.microsoftonline.com/contoso.com}; null if it is no such URL.
     */
    public static @Nullable String tenant(@Nullable String url) {
        try {
            URI uri = new URI(url == null ? "" : url.strip());
            boolean complete = "https".equalsIgnoreCase(uri.getScheme())
                    && uri.getHost() != null
                    && uri.getRawUserInfo() == null
                    && uri.getRawQuery() == null;
            String path = complete ? uri.getRawPath() : "";
            int end = path.indexOf('/', 1);
            String tenant = path.isEmpty() ? "" : path.substring(1, end < 0 ? path.length() : end);
            return tenant.isEmpty() ? null : tenant;
        } catch (URISyntaxException e) {
            return null;
        }
    }

    /** The cloud of such a URL, with a slash at its end; null if it is no such URL. */
    public static @Nullable String instance(@Nullable String url) {
        return url == null || tenant(url) == null
                ? null
                : "https://" + URI.create(url.strip()).getRawAuthority() + "/";
    }
}
