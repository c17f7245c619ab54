package io.podidentity.demo.blob;

import com.azure.storage.blob.models.BlobStorageException;
import io.podidentity.demo.problem.Problem;
import io.podidentity.tokenprovider.Explanation;
import io.podidentity.tokenprovider.Principal;
import io.podidentity.tokenprovider.TokenAttempt;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;

/** Explains errors that the storage account answers with, and what to do about them. */
final class StorageRefusals {
    private static final Duration BUSY = Duration.ofSeconds(5);

    private final StorageAccount account;
    private final String container;
    private final Supplier<Explanation> signIn;

    StorageRefusals(StorageAccount account, String container, Supplier<Explanation> signIn) {
        this.account = account;
        this.container = container;
        this.signIn = signIn;
    }

    /** Explains an answer; the name is null for the list of blobs. */
    Problem of(BlobStorageException answer, @Nullable String blob) {
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
        Explanation explanation = signIn.get();
        Optional<Principal> who = explanation.principal();
        String caveat = caveat(explanation);
        String advice = caveat.isEmpty()
                ? "Assign one with '" + RoleAssignment.command(who.orElse(null), account, container)
                        + "' and wait: it can take ten minutes to work."
                : "Do not assign one, because " + caveat + ". Give the pod its own identity, as k8s/README.md says.";
        return new Problem(
                HttpStatus.FORBIDDEN,
                "role-missing",
                "The identity is not allowed to read these blobs",
                who.map(Principal::toString).orElse("The identity")
                        + " has no role that allows it to read the container " + container + " of "
                        + account.host() + " (AuthorizationPermissionMismatch)",
                advice);
    }

    /** A reason not to use the identity, such as that every pod of the node has it; empty if there is none. */
    private static String caveat(Explanation explanation) {
        return explanation.attempts().stream()
                .filter(attempt -> attempt.state() == TokenAttempt.State.ACQUIRED)
                .map(TokenAttempt::reason)
                .findFirst()
                .orElse("");
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
                        + " answered AuthorizationFailure, as its firewall does for a network that is not allowed",
                "See 'az storage account network-rule list --account-name " + account.name() + "'.");
    }

    private Problem notAccepted(String answer) {
        return new Problem(
                HttpStatus.FORBIDDEN,
                "token-not-accepted",
                "The storage account does not accept the token",
                account.host() + " answered " + answer + ", although a token was sent"
                        + signIn.get().principal().map(who -> " (" + who + ")").orElse(""),
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
                        "Try again in a moment.")
                .retryAfter(BUSY);
    }

    Problem noSuchPage() {
        return new Problem(
                HttpStatus.BAD_REQUEST,
                "continuation-unknown",
                "The list does not go on there",
                "The storage account does not know the continuation in the request",
                "Take the whole URL from the Link header of the page before, or begin again with 'GET /api/blobs'.");
    }

    Problem noSuchBlob(String name) {
        return new Problem(
                HttpStatus.NOT_FOUND,
                "blob-not-found",
                "No such blob",
                "The container " + container + " has no blob named \"" + name + "\"",
                "See 'GET /api/blobs' for the list.");
    }

    Problem unexpected(String what) {
        return new Problem(
                HttpStatus.BAD_GATEWAY,
                "storage-failed",
                "The storage account failed",
                account.host() + " gave no usable answer: " + what,
                "Try again; if it keeps failing, see 'https://status.azure.com/status'.");
    }
}
