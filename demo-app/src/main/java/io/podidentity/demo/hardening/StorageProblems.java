// SPDX-License-Identifier: Apache-2.0
package io.podidentity.demo.hardening;

import com.azure.core.http.HttpHeaderName;
import com.azure.storage.blob.models.BlobStorageException;
import io.podidentity.demo.sample.Problem;
import io.podidentity.demo.sample.StorageError;
import io.podidentity.tokenprovider.Explanation;
import io.podidentity.tokenprovider.Principal;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.xml.stream.XMLStreamException;
import org.jspecify.annotations.Nullable;
import org.springframework.context.MessageSource;
import org.springframework.http.HttpStatus;

/**
 * Explains, in the words of {@code messages.properties}, why there are no blobs and what to do about it. Whoever sets
 * up Azure reads these texts, so each names the account, the container and the command.
 *
 * @param signIn tells whose token the account got; called only where a problem names the identity
 */
record StorageProblems(StorageAccount account, String container, Supplier<Explanation> signIn, MessageSource words) {

    Problem notUsable() {
        if (account.endpoint().isBlank()) {
            return problem(HttpStatus.SERVICE_UNAVAILABLE, "storage-not-set");
        }
        String excess = account.plain() ? "" : "more than ";
        return problem(HttpStatus.SERVICE_UNAVAILABLE, "storage-endpoint-unusable", excess);
    }

    Problem noSuchBlob(String name) {
        return problem(StorageError.BLOB_NOT_FOUND, name);
    }

    Problem noSuchPage(String told) {
        return problem(HttpStatus.BAD_REQUEST, "continuation-unknown", told);
    }

    /** A problem that ends by itself. */
    Problem passing(String kind, Object... details) {
        return problem(HttpStatus.SERVICE_UNAVAILABLE, kind, details).retryAfter(Duration.ofSeconds(5));
    }

    /** Explains a failed call; the name is null for the list of blobs. */
    Problem of(Throwable failure, @Nullable String blob) {
        Throwable broken = null;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof TokenAcquisitionException noToken) {
                return NoToken.problem(noToken);
            }
            if (cause instanceof BlobStorageException answer) {
                return refused(answer, blob);
            }
            if (isOfCertificate(cause)) {
                return problem(HttpStatus.BAD_GATEWAY, "certificate-not-trusted");
            }
            if (cause instanceof InterruptedIOException || cause instanceof TimeoutException) {
                return passing("storage-slow");
            }
            if (isUnreadable(cause)) {
                return problem(StorageError.STORAGE_FAILED, "it cannot be read");
            }
            if (cause instanceof IOException) {
                broken = cause;
            }
        }
        if (broken == null) {
            return problem(StorageError.STORAGE_FAILED, failure.getClass().getSimpleName());
        }
        return passing("storage-unreachable", broken.getClass().getSimpleName());
    }

    /** No list, in XML or at all: for want of a cause the SDK throws an IllegalStateException of its own. */
    private static boolean isUnreadable(Throwable cause) {
        boolean isOfSdk = cause instanceof IllegalStateException && cause.getCause() == null;
        return cause instanceof XMLStreamException || isOfSdk;
    }

    private static boolean isOfCertificate(Throwable cause) {
        // A handshake also fails if the other side closes the connection.
        boolean isHandshake = cause instanceof SSLHandshakeException && !(cause.getCause() instanceof EOFException);
        return isHandshake || cause instanceof SSLPeerUnverifiedException;
    }

    private Problem refused(BlobStorageException answer, @Nullable String blob) {
        StorageError error = StorageError.of(answer);
        // An answer without a body, as to HEAD, may have no code.
        String code = answer.getErrorCode() == null ? "" : answer.getErrorCode().toString();
        String told = ("HTTP " + answer.getStatusCode() + " " + code).strip();
        if (answer.getStatusCode() == 400 && blob == null) {
            return noSuchPage(told);
        }
        return switch (error) {
            case ROLE_MISSING -> noRole();
            case NETWORK_REFUSED, CONTAINER_NOT_FOUND -> problem(error);
            case TOKEN_NOT_ACCEPTED -> notAccepted(told);
            case BLOB_NOT_FOUND -> blob == null ? problem(StorageError.CONTAINER_NOT_FOUND) : noSuchBlob(blob);
            case STORAGE_BUSY -> busy(told, answer.getResponse().getHeaderValue(HttpHeaderName.RETRY_AFTER));
            case STORAGE_FAILED -> problem(error, told);
        };
    }

    private Problem busy(String told, @Nullable String pause) {
        Problem busy = passing(StorageError.STORAGE_BUSY.kind(), told);
        boolean isUsable = pause != null && pause.matches("[1-9]\\d{0,4}");
        return isUsable ? busy.retryAfter(Duration.ofSeconds(Long.parseLong(pause))) : busy;
    }

    private Problem notAccepted(String told) {
        String who = signIn.get().principal().map(name -> " (" + name + ")").orElse("");
        return problem(StorageError.TOKEN_NOT_ACCEPTED, told, who);
    }

    private Problem noRole() {
        Explanation explanation = signIn.get();
        Principal who = explanation.principal().orElse(null);
        Doubt doubt = Doubt.about(explanation);
        Object name = who == null ? "The identity" : who;
        String command = account.roleAssignment(who, container);
        if (doubt.reason().isEmpty()) {
            return problem(StorageError.ROLE_MISSING, name, command);
        }
        String remedy = doubt.isOfNode() ? ".remedy-of-node" : ".remedy-in-doubt";
        HttpStatus status = StorageError.ROLE_MISSING.status();
        return problemWith(remedy, status, StorageError.ROLE_MISSING.kind(), name, doubt.reason(), command);
    }

    private Problem problem(StorageError error, Object... details) {
        return problem(error.status(), error.kind(), details);
    }

    private Problem problem(HttpStatus status, String kind, Object... details) {
        return problemWith(".remedy", status, kind, details);
    }

    private Problem problemWith(String remedy, HttpStatus status, String kind, Object... details) {
        List<Object> about = new ArrayList<>(List.of(account.host(), account.name(), container, account.endpoint()));
        about.addAll(List.of(details));
        return new Problem(
                status,
                kind,
                words(kind + ".title", about),
                words(kind + ".reason", about),
                words(kind + remedy, about));
    }

    private String words(String key, List<Object> about) {
        return words.getMessage(key, about.toArray(), Locale.ROOT);
    }
}
