package io.podidentity.demo.blob;

import com.azure.storage.blob.models.BlobStorageException;
import io.podidentity.demo.problem.Problem;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import java.io.IOException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;

/** Explains failures of the storage client and what to do about them. */
final class StorageProblems {
    private final StorageAccount account;
    private final StorageRefusals refusals;

    StorageProblems(StorageAccount account, StorageRefusals refusals) {
        this.account = account;
        this.refusals = refusals;
    }

    Problem notSet() {
        return new Problem(
                HttpStatus.SERVICE_UNAVAILABLE,
                "storage-not-set",
                "No storage account is set",
                "The demo does not know which blobs to show",
                "Start it with '--demo.storage.endpoint=https://ACCOUNT.blob.core.windows.net', or set"
                        + " 'DEMO_STORAGE_ENDPOINT' in the pod.");
    }

    Problem notHttps() {
        return new Problem(
                HttpStatus.SERVICE_UNAVAILABLE,
                "storage-endpoint-unusable",
                "The storage endpoint cannot be used",
                "demo.storage.endpoint is \"" + account.endpoint() + "\", but a token is sent only to an https URL",
                "Set it to the blob endpoint that 'az storage account show --name ACCOUNT --query"
                        + " primaryEndpoints.blob' prints.");
    }

    Problem noSuchBlob(String name) {
        return refusals.noSuchBlob(name);
    }

    /** Explains a failed call; the name is null for the list of blobs. */
    Problem of(RuntimeException failure, @Nullable String blob) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof TokenAcquisitionException noToken) {
                return Problem.of(noToken);
            }
            if (cause instanceof BlobStorageException answer) {
                return refusals.of(answer, blob);
            }
            if (cause instanceof SSLException) {
                return notTrusted();
            }
            if (cause instanceof IOException && !(cause.getCause() instanceof SSLException)) {
                return unreachable();
            }
        }
        return refusals.unexpected(failure.getClass().getSimpleName());
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
                "The certificate of " + account.host() + " was not signed by a CA that this JVM trusts",
                "If a proxy or an emulator signed it, let the JVM trust its CA:"
                        + " 'JAVA_TOOL_OPTIONS=-Djavax.net.ssl.trustStore=FILE.p12"
                        + " -Djavax.net.ssl.trustStorePassword=PASSWORD', or only for storage"
                        + " '--spring.ssl.bundle.pem.storage.truststore.certificate=file:CA.pem"
                        + " --demo.storage.ssl-bundle=storage'.");
    }
}
