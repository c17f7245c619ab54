// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.doctor;

import io.podidentity.tokenprovider.AccessToken;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.Objects;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Tries whether an identity has a role on what it is to read: asks storage for one name of one container.
 *
 * @param blob a container, or an account's address
 * @param clientId of the identity, for the command that gives the role
 * @param tls by which the account is known, null for the JVM's own
 */
record BlobTrial(URI blob, String clientId, @Nullable SSLContext tls) {

    static final String LINK = "role";

    private static final int LIMIT_MILLIS = 10_000;
    private static final String VERSION = "2023-11-03";

    Link readContainer(AccessToken token) {
        try {
            HttpURLConnection connection = openConnection(token);
            int status = connection.getResponseCode();
            String code = Objects.requireNonNullElse(connection.getHeaderField("x-ms-error-code"), "");
            connection.disconnect();
            return judgeAnswer(status, code);
        } catch (IOException e) {
            return Link.unknown(
                    LINK,
                    blob.getHost() + " cannot be asked from here: " + e.getMessage(),
                    "The pod may reach it all the same: a private endpoint answers in its network only.");
        }
    }

    private HttpURLConnection openConnection(AccessToken token) throws IOException {
        boolean isContainer = blob.getPath() != null && blob.getPath().length() > 1;
        // One name is enough to see whether the role is there; the names themselves are not read.
        String query = isContainer ? "?restype=container&comp=list&maxresults=1" : "?comp=list&maxresults=1";
        var connection = (HttpURLConnection) URI.create(blob.toString().replaceFirst("/$", "") + query)
                .toURL()
                .openConnection();
        if (connection instanceof HttpsURLConnection https && tls != null) {
            https.setSSLSocketFactory(tls.getSocketFactory());
        }
        // Wherever a redirect leads, the token must not be sent there.
        connection.setInstanceFollowRedirects(false);
        connection.setConnectTimeout(LIMIT_MILLIS);
        connection.setReadTimeout(LIMIT_MILLIS);
        connection.setRequestProperty("Authorization", "Bearer " + token.value());
        connection.setRequestProperty("x-ms-version", VERSION);
        return connection;
    }

    private Link judgeAnswer(int status, String code) {
        String answer = ("HTTP " + status + " " + code).strip();
        return switch (status) {
            case 200 -> Link.ok(LINK, "the identity may read " + blob);
            case 403 -> judgeForbidden(answer, code);
            case 404 ->
                Link.failed(
                        LINK,
                        answer + ": there is no such container",
                        "az storage container list --auth-mode login --account-name " + accountName() + " -o table");
            default -> Link.failed(LINK, answer);
        };
    }

    /** Storage says AuthorizationFailure of the network, and AuthorizationPermissionMismatch of the identity. */
    private Link judgeForbidden(String answer, String code) {
        if (code.equals("AuthorizationFailure")) {
            return Link.unknown(LINK, answer + ": the account's firewall does not let this machine in");
        }
        return Link.failed(
                LINK,
                answer + ": the identity has no data role on " + blob,
                "az role assignment create --role 'Storage Blob Data Reader' --assignee-object-id \"$(az"
                        + " ad sp show --id " + clientId
                        + " --query id -o tsv)\" --assignee-principal-type ServicePrincipal --scope \"$(az"
                        + " storage account show -n " + accountName() + " --query id -o tsv)\"",
                "A role that is minutes old is not known everywhere yet: then wait ten.");
    }

    private String accountName() {
        String host = String.valueOf(blob.getHost());
        return host.matches("[a-z0-9]{3,24}\\.blob\\.[a-z.]+") ? host.substring(0, host.indexOf('.')) : "ACCOUNT";
    }
}
