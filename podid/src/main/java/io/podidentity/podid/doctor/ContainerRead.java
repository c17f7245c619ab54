package io.podidentity.podid.doctor;

import io.podidentity.tokenprovider.AccessToken;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** Whether the identity has a role on what it is to read: asks for one name of one container. */
final class ContainerRead {

    private static final String NAME = "role";
    private static final int LIMIT_MILLIS = 10_000;
    private static final String VERSION = "2023-11-03";

    private ContainerRead() {}

    /**
     * Asks.
     *
     * @param blob null if nothing is to be read
     * @param tls by which the account is known, null for the JVM's own
     */
    static Link of(@Nullable URI blob, @Nullable SSLContext tls, AccessToken token, String clientId) {
        if (blob == null) {
            return Link.skipped(
                    NAME, "not tried: name a container by --blob https://ACCOUNT.blob.core.windows.net/CONTAINER");
        }
        try {
            HttpURLConnection asked = ask(blob, tls, token);
            int status = asked.getResponseCode();
            String code = asked.getHeaderField("x-ms-error-code");
            drain(asked);
            return link(blob, clientId, status, code == null ? "" : code);
        } catch (IOException e) {
            return Link.unknown(
                    NAME,
                    blob.getHost() + " cannot be asked from here: " + e.getMessage(),
                    "The pod may reach it all the same: a private endpoint answers in its network only.");
        }
    }

    private static HttpURLConnection ask(URI blob, @Nullable SSLContext tls, AccessToken token) throws IOException {
        boolean container = blob.getPath() != null && blob.getPath().length() > 1;
        String query = container ? "?restype=container&comp=list&maxresults=1" : "?comp=list&maxresults=1";
        var connection = (HttpURLConnection) URI.create(blob.toString().replaceFirst("/$", "") + query)
                .toURL()
                .openConnection();
        if (connection instanceof HttpsURLConnection https && tls != null) {
            https.setSSLSocketFactory(tls.getSocketFactory());
        }
        connection.setInstanceFollowRedirects(false);
        connection.setConnectTimeout(LIMIT_MILLIS);
        connection.setReadTimeout(LIMIT_MILLIS);
        connection.setRequestProperty("Authorization", "Bearer " + token.value());
        connection.setRequestProperty("x-ms-version", VERSION);
        return connection;
    }

    private static void drain(HttpURLConnection connection) throws IOException {
        InputStream errors = connection.getErrorStream();
        try (InputStream in = errors != null ? errors : connection.getInputStream()) {
            in.readNBytes(1 << 16);
        }
    }

    private static Link link(URI blob, String clientId, int status, String code) {
        String answer = "HTTP " + status + (code.isEmpty() ? "" : " " + code);
        return switch (status) {
            case 200 -> Link.ok(NAME, "the identity may read " + blob);
            case 403 ->
                code.equals("AuthorizationFailure")
                        ? Link.unknown(NAME, answer + ": the account's firewall does not let this machine in")
                        : Link.failed(
                                NAME,
                                answer + ": the identity has no data role on " + blob,
                                "az role assignment create --role 'Storage Blob Data Reader' --assignee-object-id \"$(az"
                                        + " ad sp show --id " + clientId
                                        + " --query id -o tsv)\" --assignee-principal-type ServicePrincipal --scope \"$(az"
                                        + " storage account show -n " + account(blob) + " --query id -o tsv)\"",
                                "A role that is minutes old is not known everywhere yet: then wait ten.");
            case 404 ->
                Link.failed(
                        NAME,
                        answer + ": there is no such container",
                        "az storage container list --auth-mode login" + " --account-name " + account(blob)
                                + " -o table");
            default -> Link.failed(NAME, answer);
        };
    }

    private static String account(URI blob) {
        String host = String.valueOf(blob.getHost());
        return host.matches("[a-z0-9]{3,24}\\.blob\\.[a-z.]+") ? host.substring(0, host.indexOf('.')) : "ACCOUNT";
    }
}
