// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import java.net.URI;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * A server to which HTTP clients of the application send tokens.
 *
 * @param url URL of the server, such as https://api.contoso.com; with a path, only requests below it get a token. It
 *     must be https, except on this machine.
 * @param resource Resource of the tokens, such as api://CLIENT_ID.
 * @param identity Name of the identity whose tokens they are, among token-provider.identities and
 *     token-provider.agents; by default that of token-provider.identity.
 */
record BearerTarget(
        @DefaultValue("") String url,
        @DefaultValue("") String resource,
        @Nullable String identity) {

    /** What is wrong with its URL; null if nothing is. */
    @Nullable
    String complaint() {
        URI target;
        try {
            target = URI.create(url);
        } catch (IllegalArgumentException e) {
            return "It is no URL.";
        }
        String scheme = scheme(target);
        boolean isSafe = scheme.equals("https") || (scheme.equals("http") && isLoopback(target));
        if (target.getHost() == null || !isSafe) {
            return "A token is sent to an https URL only, or to http on this machine.";
        }
        if (target.getRawQuery() != null || target.getRawUserInfo() != null) {
            return "It must have no query and no user.";
        }
        return null;
    }

    /** The URL without a query and a user, in which there can be secrets. */
    String shown() {
        return url.replaceAll("[?#].*$", "").replaceFirst("//[^/]*@", "//");
    }

    @Override
    public String toString() {
        return shown() + " → " + resource + (identity == null ? "" : " as " + identity);
    }

    /**
     * Whether a request to this URL gets a token: scheme, host and port are equal, and the path is the same or below.
     */
    boolean covers(URI request) {
        URI target = URI.create(url);
        return scheme(target).equals(scheme(request))
                && target.getHost().equalsIgnoreCase(request.getHost())
                && port(target) == port(request)
                && isBelow(path(target), path(request));
    }

    private static boolean isBelow(String folder, String path) {
        String prefix = folder.endsWith("/") ? folder : folder + "/";
        // A dot segment could lead out of the folder again.
        return (path + "/").startsWith(prefix)
                && !path.contains("..")
                && !path.toLowerCase(Locale.ROOT).contains("%2e");
    }

    private static boolean isLoopback(URI target) {
        return target.getHost() != null && target.getHost().matches("localhost|127\\.0\\.0\\.1|\\[::1]");
    }

    private static String scheme(URI uri) {
        return String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
    }

    private static int port(URI uri) {
        if (uri.getPort() >= 0) {
            return uri.getPort();
        }
        return scheme(uri).equals("https") ? 443 : 80;
    }

    private static String path(URI uri) {
        return uri.getRawPath() == null ? "" : uri.getRawPath();
    }
}
