// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.entra;

import io.podidentity.tokenprovider.internal.Nullable;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/**
 * What a service says about the token that it wants, such as {@code Bearer authorization="…", resource="…"}.
 *
 * @param tenant the tenant that the token must be of
 * @param resource the resource that the token must be for
 */
public record BearerChallenge(String tenant, String resource) {
    private static final String SCHEME = "bearer ";

    /** Reads the header {@code WWW-Authenticate}; null if it is not such a challenge. */
    public static @Nullable BearerChallenge read(@Nullable String header) {
        if (header == null || !header.toLowerCase(Locale.ROOT).startsWith(SCHEME)) {
            return null;
        }
        String authority = parameter(header, "authorization");
        if (authority == null) {
            authority = parameter(header, "authorization_uri");
        }
        String tenant = tenant(authority);
        String resource = parameter(header, "resource");
        if (tenant == null || resource == null) {
            return null;
        }
        return new BearerChallenge(tenant, resource);
    }

    /**
     * Whether a token for the resource may be sent to this host. The host must be below the resource's own host, as
     * {@code myvault.vault.azure.net} is below {@code vault.azure.net}. Otherwise any server could ask for a token for
     * any resource, and would get it.
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
            int start = equals + 1;
            char terminator = ',';
            if (start < header.length() && header.charAt(start) == '"') {
                start++;
                terminator = '"';
            }
            int end = indexOrEnd(header, terminator, start);
            if (key.equalsIgnoreCase(name)) {
                return header.substring(start, end).strip();
            }
            at = indexOrEnd(header, ',', end) + 1;
        }
        return null;
    }

    private static int indexOrEnd(String text, char character, int from) {
        int index = text.indexOf(character, from);
        if (index < 0) {
            return text.length();
        }
        return index;
    }

    /**
     * The tenant in a URL of a cloud and a tenant, such as {@code https://login.microsoftonline.com/contoso.com}; null
     * if the URL has another form.
     */
    public static @Nullable String tenant(@Nullable String url) {
        if (url == null) {
            return null;
        }
        try {
            URI uri = new URI(url.strip());
            boolean isHttps = "https".equalsIgnoreCase(uri.getScheme()) && uri.getHost() != null;
            boolean isPlain = uri.getRawUserInfo() == null && uri.getRawQuery() == null;
            if (!isHttps || !isPlain) {
                return null;
            }
            return firstSegment(uri.getRawPath());
        } catch (URISyntaxException e) {
            return null;
        }
    }

    private static @Nullable String firstSegment(String path) {
        if (path.isEmpty()) {
            return null;
        }
        String segment = path.substring(1, indexOrEnd(path, '/', 1));
        if (segment.isEmpty()) {
            return null;
        }
        return segment;
    }

    /** The cloud in such a URL, with a slash at its end; null if the URL has another form. */
    public static @Nullable String instance(@Nullable String url) {
        if (url == null || tenant(url) == null) {
            return null;
        }
        return "https://" + URI.create(url.strip()).getRawAuthority() + "/";
    }
}
