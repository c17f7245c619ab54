// SPDX-License-Identifier: Apache-2.0
package io.podidentity.demo.hardening;

import io.podidentity.tokenprovider.Principal;
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

    /** The command that lets a principal read the blobs of one container, complete and ready to run. */
    String roleAssignment(@Nullable Principal principal, String container) {
        String objectId = principal == null ? "" : principal.objectId().orElse("");
        String type = principal != null && principal.type() == Principal.Type.USER ? "User" : "ServicePrincipal";
        return "az role assignment create --assignee-object-id " + plain(objectId, "OBJECT_ID")
                + " --assignee-principal-type " + type
                + " --role \"Storage Blob Data Reader\""
                + " --scope \"$(az storage account show --name " + name + " --query id --output tsv)"
                + "/blobServices/default/containers/" + plain(container, "CONTAINER") + "\"";
    }

    /** The value, or a placeholder if it is unknown or has a special meaning in a shell. */
    private static String plain(String value, String placeholder) {
        return value.matches("[A-Za-z0-9-]+") ? value : placeholder;
    }

    private static String name(URI uri) {
        String path = uri.getPath().replaceAll("^/|/.*$", "");
        boolean isInHost = path.isEmpty() || uri.getHost().contains(".blob.");
        String name = isInHost ? uri.getHost().replaceAll("\\..*$", "") : path;
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
