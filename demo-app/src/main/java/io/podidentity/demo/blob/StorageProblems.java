package io.podidentity.demo.blob;

import com.azure.storage.blob.models.BlobStorageException;
import io.podidentity.demo.problem.Problem;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.xml.stream.XMLStreamException;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;

/** Explains failures of the storage client and what to do about them. */
final class StorageProblems {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

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

    Problem notUsable() {
        if (!account.plain()) {
            return new Problem(
                    HttpStatus.SERVICE_UNAVAILABLE,
                    "storage-endpoint-unusable",
                    "The storage endpoint cannot be used",
                    "demo.storage.endpoint is more than \"" + account.endpoint() + "\", such as a SAS token after a"
                            + " question mark, but the demo reads blobs with its own identity",
                    "Remove the rest. If it was a SAS token that others have seen, revoke it.");
        }
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

    /** Explains a failed call for a page of the list. */
    Problem ofList(RuntimeException failure, boolean hasContinuation) {
        if (hasContinuation && failure instanceof BlobStorageException answer && answer.getStatusCode() == 400) {
            return refusals.noSuchPage();
        }
        return of(failure, null);
    }

    /** Explains a failed call; the name is null for the list of blobs. */
    Problem of(RuntimeException failure, @Nullable String blob) {
        boolean broken = false;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof TokenAcquisitionException noToken) {
                return Problem.of(noToken);
            }
            if (cause instanceof BlobStorageException answer) {
                return refusals.of(answer, blob);
            }
            if (cause instanceof BoundedAnswers.TooBigException) {
                return refusals.unexpected("it is bigger than any list or block of a blob");
            }
            boolean last = cause.getCause() == null;
            if (cause instanceof XMLStreamException || (last && cause instanceof IllegalStateException)) {
                return refusals.unexpected("its XML cannot be read");
            }
            // A handshake also fails if the other side closes the connection.
            if ((cause instanceof SSLHandshakeException && !(cause.getCause() instanceof EOFException))
                    || cause instanceof SSLPeerUnverifiedException) {
                return notTrusted();
            }
            if (cause instanceof ConnectException
                    || cause instanceof NoRouteToHostException
                    || cause instanceof UnknownHostException) {
                return unreachable();
            }
            if (cause instanceof InterruptedIOException || cause instanceof TimeoutException) {
                // The JDK has no type of its own for a connection that was not made in time.
                return "Connect timed out".equals(cause.getMessage()) ? unreachable() : slow();
            }
            broken |= cause instanceof IOException;
        }
        return broken ? cutShort() : refusals.unexpected(failure.getClass().getSimpleName());
    }

    private Problem slow() {
        return new Problem(
                        HttpStatus.SERVICE_UNAVAILABLE,
                        "storage-slow",
                        "The storage account did not answer in time",
                        account.host() + " did not complete its answer within " + StorageCalls.TOTAL_TIME.toSeconds()
                                + " s",
                        "Try again in a moment. If it happens again, check the network:" + curl())
                .retryAfter(RETRY_AFTER);
    }

    /** The connection ended before the answer did. */
    Problem cutShort() {
        return new Problem(
                        HttpStatus.SERVICE_UNAVAILABLE,
                        "storage-cut-short",
                        "The storage account's answer was cut short",
                        "The connection to " + account.host() + " ended before the whole answer had come",
                        "Try again. If it happens again, check the network:" + curl())
                .retryAfter(RETRY_AFTER);
    }

    /** Too many requests use the storage account at this moment. */
    Problem tooManyCalls() {
        return new Problem(
                        HttpStatus.SERVICE_UNAVAILABLE,
                        "demo-busy",
                        "The demo has too much to do",
                        "Too many other requests wait for " + account.host(),
                        "Try again in a moment.")
                .retryAfter(RETRY_AFTER);
    }

    private String curl() {
        return " 'curl -sv " + account.endpoint() + "'.";
    }

    private Problem unreachable() {
        return new Problem(
                HttpStatus.SERVICE_UNAVAILABLE,
                "storage-unreachable",
                "The storage account cannot be reached",
                "Nothing answered at " + account.host(),
                "Check demo.storage.endpoint, then the network:" + curl());
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
