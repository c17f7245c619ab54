// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.managed;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.UserAssignedIdentity;
import io.podidentity.tokenprovider.internal.Nullable;
import io.podidentity.tokenprovider.internal.http.HttpRequest;
import io.podidentity.tokenprovider.internal.text.Environment;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * The address of the instance metadata service, and the form of its requests.
 *
 * <p>Source: Microsoft Learn, "How to use managed identities for Azure resources on an Azure VM to acquire an access
 * token"; {@code AZURE_POD_IDENTITY_AUTHORITY_HOST} in place of the base URL is a convention of the Azure SDKs.
 */
final class ImdsEndpoint {
    static final String HOST_VARIABLE = "AZURE_POD_IDENTITY_AUTHORITY_HOST";
    private static final String DEFAULT_HOST = "http://169.254.169.254";
    private static final String PATH = "/metadata/identity/oauth2/token?api-version=2018-02-01";

    private final String host;
    private final boolean valid;

    ImdsEndpoint(Environment environment) {
        String base = Objects.requireNonNullElse(environment.get(HOST_VARIABLE), DEFAULT_HOST);
        if (base.endsWith("/")) {
            base = base.substring(0, base.length() - 1);
        }
        this.host = base;
        this.valid = isHttp(base);
    }

    void requireValid() {
        if (!valid) {
            throw new TokenAcquisitionException(
                    Code.INVALID_CONFIGURATION,
                    HOST_VARIABLE + " is not an http URL",
                    "Correct it, such as " + DEFAULT_HOST + ", or unset it.");
        }
    }

    static boolean isHttp(String url) {
        try {
            URI uri = new URI(url);
            return uri.getAuthority() != null
                    && ("http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme()));
        } catch (URISyntaxException e) {
            return false;
        }
    }

    /** What to do if the service should be there and does not answer. */
    String remedyForNoAnswer() {
        if (host.equals(DEFAULT_HOST)) {
            return "In a pod, allow egress to 169.254.169.254:80.";
        }
        return "Correct or unset " + HOST_VARIABLE + ".";
    }

    String baseUrl() {
        return host;
    }

    /** A request that every metadata service refuses, because a header is missing. The refusal proves its presence. */
    HttpRequest writeProbe(int millis) {
        return HttpRequest.toHost(host + PATH, millis, millis);
    }

    /**
     * The request for a token.
     *
     * @param parameter the kind of ID. {@code msi_res_id} is the documented spelling for a resource ID, and the only
     *     one that container instances take
     * @param id the identity's ID; null for the only identity of this machine
     */
    HttpRequest writeRequest(String resource, String parameter, @Nullable String id, int connectMillis) {
        String url = host + PATH + "&resource=" + encode(resource);
        if (id != null) {
            url += "&" + parameter + "=" + encode(id);
        }
        return HttpRequest.toHost(url, connectMillis, Integer.MAX_VALUE).withHeader("Metadata", "true");
    }

    /**
     * The identity that the variables name; null for none.
     *
     * @throws TokenAcquisitionException if they name two
     */
    static @Nullable UserAssignedIdentity identity(Environment environment) {
        String objectId = environment.get(ManagedIdentityEndpoint.OBJECT_ID);
        String resourceId = environment.get(ManagedIdentityEndpoint.RESOURCE_ID);
        if (objectId != null && resourceId != null) {
            throw new TokenAcquisitionException(
                    Code.INVALID_CONFIGURATION,
                    ManagedIdentityEndpoint.OBJECT_ID + " and " + ManagedIdentityEndpoint.RESOURCE_ID + " are both set",
                    "Unset one of them.");
        }
        if (objectId != null) {
            return UserAssignedIdentity.ofObjectId(objectId);
        }
        if (resourceId != null) {
            return UserAssignedIdentity.ofResourceId(resourceId);
        }
        String clientId = environment.get(ManagedIdentityEndpoint.CLIENT_ID);
        if (clientId != null) {
            return UserAssignedIdentity.ofClientId(clientId);
        }
        return null;
    }

    static String encode(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }
}
