package io.podidentity.demo.blob;

import java.net.URI;
import java.net.URISyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * A storage account, as its blob endpoint names it.
 *
 * @param endpoint the endpoint as it was set, but without a user, a query or a fragment: a query can be a SAS token
 * @param host the host of the endpoint, with its port if there is one; the endpoint itself if it is not a URL
 * @param name the name of the account: the first label of {@code ACCOUNT.blob.…}, else the first segment of the path
 * @param plain whether the endpoint was set without a user, a query and a fragment
 */
record StorageAccount(String endpoint, String host, String name, boolean plain) {

    /** The account for an endpoint, valid or not. */
    static StorageAccount at(String setting) {
        String endpoint = setting.replaceAll("[?#].*$", "").replaceFirst("^([^/]*//)?[^/]*@", "$1");
        boolean plain = endpoint.equals(setting);
        URI uri = parse(endpoint);
        if (uri == null || uri.getHost() == null) {
            return new StorageAccount(endpoint, endpoint, "ACCOUNT", plain);
        }
        return new StorageAccount(endpoint, uri.getRawAuthority(), name(uri), plain);
    }

    /** Whether a token can be sent there: the SDK sends no token without TLS. */
    boolean isHttps() {
        URI uri = parse(endpoint);
        return uri != null && "https".equalsIgnoreCase(uri.getScheme()) && uri.getHost() != null;
    }

    private static String name(URI uri) {
        int blob = uri.getHost().indexOf(".blob.");
        String name =
                blob > 0 ? uri.getHost().substring(0, blob) : uri.getPath().replaceAll("^/|/.*$", "");
        if (blob <= 0 && name.isEmpty()) {
            name = uri.getHost().replaceAll("\\..*$", "");
        }
        return name.matches("[a-z0-9-]+") ? name : "ACCOUNT";
    }

    private static @Nullable URI parse(String endpoint) {
        try {
            return new URI(endpoint);
        } catch (URISyntaxException e) {
            return null;
        }
    }
}
