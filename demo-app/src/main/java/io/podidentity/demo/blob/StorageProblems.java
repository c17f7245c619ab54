package io.podidentity.demo.blob;

import com.azure.core.http.HttpHeaderName;
import com.azure.storage.blob.models.BlobStorageException;
import io.podidentity.demo.web.Problem;
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
import java.util.function.Function;
import java.util.function.Supplier;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.xml.stream.XMLStreamException;
import org.jspecify.annotations.Nullable;
import org.springframework.context.MessageSource;
import org.springframework.http.HttpStatus;

/**
 * Explains, in the words of {@code messages.properties}, why there are no blobs and what to do about it.
 *
 * @param signIn tells whose token the account got; called only where a problem names the identity
 */
record StorageProblems(StorageAccount account, String container, Supplier<Explanation> signIn, MessageSource words) {

    Problem notUsable() {
        return account.endpoint().isBlank()
                ? problem(HttpStatus.SERVICE_UNAVAILABLE, "storage-not-set")
                : problem(
                        HttpStatus.SERVICE_UNAVAILABLE,
                        "storage-endpoint-unusable",
                        account.plain() ? "" : "more than ");
    }

    Problem noSuchBlob(String name) {
        return problem(HttpStatus.NOT_FOUND, "blob-not-found", name);
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
                return Problem.of(noToken);
            }
            if (cause instanceof BlobStorageException answer) {
                return refused(answer, blob);
            }
            // A handshake also fails if the other side closes the connection.
            if ((cause instanceof SSLHandshakeException && !(cause.getCause() instanceof EOFException))
                    || cause instanceof SSLPeerUnverifiedException) {
                return problem(HttpStatus.BAD_GATEWAY, "certificate-not-trusted");
            }
            if (cause instanceof InterruptedIOException || cause instanceof TimeoutException) {
                return passing("storage-slow");
            }
            boolean isLast = cause.getCause() == null;
            if (cause instanceof XMLStreamException || (isLast && cause instanceof IllegalStateException)) {
                return problem(HttpStatus.BAD_GATEWAY, "storage-failed", "it cannot be read");
            }
            broken = cause instanceof IOException ? cause : broken;
        }
        return broken == null
                ? problem(
                        HttpStatus.BAD_GATEWAY,
                        "storage-failed",
                        failure.getClass().getSimpleName())
                : passing("storage-unreachable", broken.getClass().getSimpleName());
    }

    private Problem refused(BlobStorageException answer, @Nullable String blob) {
        // An answer without a body, as to HEAD, may have no code.
        String code = answer.getErrorCode() == null ? "" : answer.getErrorCode().toString();
        String told = ("HTTP " + answer.getStatusCode() + " " + code).strip();
        return switch (answer.getStatusCode()) {
            case 400 -> blob == null ? noSuchPage(told) : problem(HttpStatus.BAD_GATEWAY, "storage-failed", told);
            case 401 -> notAccepted(told);
            case 403 ->
                switch (code) {
                    case "AuthorizationPermissionMismatch" -> noRole();
                    case "AuthorizationFailure" -> problem(HttpStatus.FORBIDDEN, "network-refused");
                    default -> notAccepted(told);
                };
            case 404 ->
                blob == null || code.startsWith("Container")
                        ? problem(HttpStatus.NOT_FOUND, "container-not-found")
                        : noSuchBlob(blob);
            case 429, 503 -> busy(told, answer.getResponse().getHeaderValue(HttpHeaderName.RETRY_AFTER));
            default -> problem(HttpStatus.BAD_GATEWAY, "storage-failed", told);
        };
    }

    private Problem busy(String told, @Nullable String pause) {
        Problem busy = passing("storage-busy", told);
        boolean isUsable = pause != null && pause.matches("[1-9]\\d{0,4}");
        return isUsable ? busy.retryAfter(Duration.ofSeconds(Long.parseLong(pause))) : busy;
    }

    private Problem notAccepted(String told) {
        String who = signIn.get().principal().map(name -> " (" + name + ")").orElse("");
        return problem(HttpStatus.FORBIDDEN, "token-not-accepted", told, who);
    }

    private Problem noRole() {
        Explanation explanation = signIn.get();
        Principal who = explanation.principal().orElse(null);
        String caveat = Problem.caveat(explanation);
        Object name = who == null ? "The identity" : who;
        return caveat.isEmpty()
                ? problem(HttpStatus.FORBIDDEN, "role-missing", name, account.roleAssignment(who, container))
                : problemWith(".remedy-of-node", HttpStatus.FORBIDDEN, "role-missing", name, caveat);
    }

    private Problem problem(HttpStatus status, String kind, Object... details) {
        return problemWith(".remedy", status, kind, details);
    }

    private Problem problemWith(String remedy, HttpStatus status, String kind, Object... details) {
        List<Object> about = new ArrayList<>(List.of(account.host(), account.name(), container, account.endpoint()));
        about.addAll(List.of(details));
        Function<String, String> text = part -> words.getMessage(kind + part, about.toArray(), Locale.ROOT);
        return new Problem(status, kind, text.apply(".title"), text.apply(".reason"), text.apply(remedy));
    }
}
