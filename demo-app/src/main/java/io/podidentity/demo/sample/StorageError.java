// SPDX-License-Identifier: Apache-2.0
package io.podidentity.demo.sample;

import com.azure.storage.blob.models.BlobStorageException;
import java.util.Locale;
import java.util.Map;
import org.springframework.http.HttpStatus;

/** An error of the storage account. {@code messages.properties} says why and what to do, by the kind. */
public enum StorageError {
    ROLE_MISSING(HttpStatus.FORBIDDEN),
    NETWORK_REFUSED(HttpStatus.FORBIDDEN),
    TOKEN_NOT_ACCEPTED(HttpStatus.FORBIDDEN),
    CONTAINER_NOT_FOUND(HttpStatus.NOT_FOUND),
    BLOB_NOT_FOUND(HttpStatus.NOT_FOUND),
    STORAGE_BUSY(HttpStatus.SERVICE_UNAVAILABLE),
    STORAGE_FAILED(HttpStatus.BAD_GATEWAY);

    private static final Map<String, StorageError> BY_CODE =
            Map.of("AuthorizationPermissionMismatch", ROLE_MISSING, "AuthorizationFailure", NETWORK_REFUSED);

    private final HttpStatus status;

    StorageError(HttpStatus status) {
        this.status = status;
    }

    /** What an answer of the storage account means. */
    public static StorageError of(BlobStorageException answer) {
        // An answer without a body, as to HEAD, may have no code.
        String code = String.valueOf(answer.getErrorCode());
        return switch (answer.getStatusCode()) {
            case 401 -> TOKEN_NOT_ACCEPTED;
            case 403 -> BY_CODE.getOrDefault(code, TOKEN_NOT_ACCEPTED);
            case 404 -> code.startsWith("Container") ? CONTAINER_NOT_FOUND : BLOB_NOT_FOUND;
            case 429, 503 -> STORAGE_BUSY;
            default -> STORAGE_FAILED;
        };
    }

    public HttpStatus status() {
        return status;
    }

    /** The kind of problem in kebab case. */
    public String kind() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
