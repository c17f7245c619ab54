// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.storage;

import io.podidentity.emulator.http.Request;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Optional;

/** The checksums by which client and service notice damage on the way. Nothing relies on them for security. */
final class Checksums {

    static final String CONTENT_MD5 = "Content-MD5";
    static final String CONTENT_CRC64 = "x-ms-content-crc64";

    private static final int MD5_LENGTH = 16;

    private Checksums() {}

    /** In base64. */
    static String md5(byte[] content) {
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("MD5").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has MD5", e);
        }
    }

    /**
     * Compares the body of a request with the checksums that the request says, if it says any.
     *
     * @throws StorageError.Refusal if the body is another, or the request says both
     */
    static void checkBody(Request request) {
        Optional<String> md5 = request.header(CONTENT_MD5);
        Optional<String> crc64 = request.header(CONTENT_CRC64);
        if (md5.isPresent() && crc64.isPresent()) {
            throw StorageError.BOTH_CHECKSUMS.refusal();
        }
        md5.ifPresent(expected -> checkMd5(expected, request.body()));
        if (crc64.isPresent() && !crc64.get().equals(Crc64.of(request.body()))) {
            throw StorageError.CRC64_MISMATCH.refusal();
        }
    }

    /** @throws StorageError.Refusal if the text is no MD5 hash, or the hash of something else */
    static void checkMd5(String expected, byte[] content) {
        requireMd5(expected);
        if (!expected.equals(md5(content))) {
            throw StorageError.MD5_MISMATCH.refusal();
        }
    }

    /** @throws StorageError.Refusal if the text is no MD5 hash in base64 */
    static void requireMd5(String text) {
        try {
            if (Base64.getDecoder().decode(text).length == MD5_LENGTH) {
                return;
            }
        } catch (IllegalArgumentException noBase64) {
            // It is refused below.
        }
        throw StorageError.INVALID_MD5.refusal();
    }
}
