package io.podidentity.demo.blob;

import com.azure.storage.blob.models.BlobStorageException;
import io.podidentity.demo.problem.Problem;
import io.podidentity.tokenprovider.Principal;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;

/** What a failure of the storage client means, and what to do about it. */
final class StorageProblems {
    private final StorageAccount account;
    private final String container;
    private final Supplier<Optional<Principal>> principal;

    StorageProblems(StorageAccount account, String container, Supplier<Optional<Principal>> principal) {
        this.account = account;
        this.container = container;
        this.principal = principal;
    }

    Problem notSet() {
        return new Problem(
                HttpStatus.SERVICE_UNAVAILABLE,
                "storage-not-set",
                "No storage account is set",
                "The demo does not know whose blobs to show",
                "Start it with '--demo.storage.endpoint=https://ACCOUNT.blob.core.windows.net', or set"
                        + " 'DEMO_STORAGE_ENDPOINT' in the pod.");
    }

    Problem notHttps() {
        return new Problem(
                HttpStatus.SERVICE_UNAVAILABLE,
                "storage-endpoint-unusable",
                "The storage endpoint cannot be used",
                "demo.storage.endpoint is \"" + account.endpoint() + "\", and a token is sent to an https URL only",
                "Set it to the blob endpoint that 'az storage account show --name ACCOUNT --query"
                        + " primaryEndpoints.blob' prints.");
    }

    Problem noSuchBlob(String name) {
        return new Problem(
                HttpStatus.NOT_FOUND,
                "blob-not-found",
                "No such blob",
                "The container " + container + " has no blob named \"" + name + "\"",
                "See 'GET /api/blobs' for those it has.");
    }

    /** What a failed call means; the name is null for the list of blobs. */
    Problem of(RuntimeException failure, @Nullable String blob) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof TokenAcquisitionException noToken) {
                return Problem.of(noToken);
            }
            if (cause instanceof BlobStorageException answer) {
                return ofAnswer(answer, blob);
            }
            if (cause instanceof SSLException) {
                return notTrusted();
            }
            if (cause instanceof IOException && !(cause.getCause() instanceof SSLException)) {
                return unreachable();
            }
        }
        return unexpected(failure.getClass().getSimpleName());
    }

    private Problem ofAnswer(BlobStorageException answer, @Nullable String blob) {
        String code = String.valueOf(answer.getErrorCode());
        return switch (answer.getStatusCode()) {
            case 401 -> notAccepted("HTTP 401 " + code);
            case 403 -> code.equals("AuthorizationPermissionMismatch") ? noRole() : forbidden(code);
            case 404 -> blob == null || code.startsWith("Container") ? noContainer() : noSuchBlob(blob);
            case 429, 503 -> busy(code);
            default -> unexpected("HTTP " + answer.getStatusCode() + " " + code);
        };
    }

    private Problem noRole() {
        Optional<Principal> who = principal.get();
        return new Problem(
                HttpStatus.FORBIDDEN,
                "role-missing",
                "The identity may not read these blobs",
                who.map(Principal::toString).orElse("The identity") + " has no role that lets it read the container "
                        + container + " of " + account.host() + " (AuthorizationPermissionMismatch)",
                "Assign one: '" + RoleAssignment.command(who.orElse(null), account, container)
                        + "' and wait: it can take ten minutes to count.");
    }

    private Problem forbidden(String code) {
        if (!code.equals("AuthorizationFailure")) {
            return notAccepted("HTTP 403 " + code);
        }
        return new Problem(
                HttpStatus.FORBIDDEN,
                "network-refused",
                "The storage account refuses this network",
                account.host()
                        + " answered AuthorizationFailure, which its firewall does for networks it does not know",
                "See 'az storage account network-rule list --account-name " + account.name() + "'.");
    }

    private Problem notAccepted(String answer) {
        return new Problem(
                HttpStatus.FORBIDDEN,
                "token-not-accepted",
                "The storage account does not accept the token",
                account.host() + " answered " + answer + ", though there is a token"
                        + principal.get().map(who -> " (" + who + ")").orElse(""),
                "Check that the account belongs to the token's tenant: 'az storage account show --name "
                        + account.name() + "', and that this machine's clock is right.");
    }

    private Problem noContainer() {
        return new Problem(
                HttpStatus.NOT_FOUND,
                "container-not-found",
                "No such container",
                account.host() + " has no container named " + container,
                "Set demo.storage.container, or create it: 'az storage container create --name " + container
                        + " --account-name " + account.name() + " --auth-mode login'.");
    }

    private Problem busy(String code) {
        return new Problem(
                HttpStatus.SERVICE_UNAVAILABLE,
                "storage-busy",
                "The storage account is busy",
                account.host() + " answered " + code,
                "Try again in a moment.");
    }

    private Problem unreachable() {
        return new Problem(
                HttpStatus.SERVICE_UNAVAILABLE,
                "storage-unreachable",
                "The storage account cannot be reached",
                "Nothing answered at " + account.host(),
                "Check demo.storage.endpoint, then the network: 'curl -sv " + account.endpoint() + "'.");
    }

    private Problem notTrusted() {
        return new Problem(
                HttpStatus.BAD_GATEWAY,
                "certificate-not-trusted",
                "The storage account's certificate is not trusted",
                "The certificate of " + account.host() + " was signed by nobody that this JVM trusts",
                "If a proxy or an emulator signed it, let the JVM trust its CA:"
                        + " 'JAVA_TOOL_OPTIONS=-Djavax.net.ssl.trustStore=FILE.p12"
                        + " -Djavax.net.ssl.trustStorePassword=PASSWORD', or for storage alone"
                        + " '--spring.ssl.bundle.pem.storage.truststore.certificate=file:CA.pem"
                        + " --demo.storage.ssl-bundle=storage'.");
    }

    private Problem unexpected(String what) {
        return new Problem(
                HttpStatus.BAD_GATEWAY,
                "storage-failed",
                "The storage account failed",
                account.host() + " gave no usable answer: " + what,
                "Try again; if it stays so, see 'https://status.azure.com/status'.");
    }
}
