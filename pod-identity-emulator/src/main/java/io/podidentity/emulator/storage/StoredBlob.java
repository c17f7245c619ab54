package io.podidentity.emulator.storage;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;

/**
 * A blob with its properties. Immutable.
 *
 * @param content which nobody changes afterwards
 * @param contentMd5 in base64
 * @param etag without quotes
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record StoredBlob(
        String name, String contentType, byte[] content, String contentMd5, String etag, Instant lastModified) {

    /** The only form of a date that Azure writes; unlike Java's RFC 1123 it has two digits for the day always. */
    private static final DateTimeFormatter HTTP_DATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM uuuu HH:mm:ss 'GMT'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    /** Azure gives MD5 as a checksum against damage, and so does the emulator; nothing relies on it for security. */
    static StoredBlob of(String name, String contentType, byte[] content, Instant lastModified) {
        try {
            byte[] md5 = MessageDigest.getInstance("MD5").digest(content);
            String etag = "0x8D" + HexFormat.of().withUpperCase().formatHex(md5, 0, 6);
            String inBase64 = Base64.getEncoder().encodeToString(md5);
            return new StoredBlob(name, contentType, content, inBase64, etag, lastModified);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    static String httpDate(Instant instant) {
        return HTTP_DATE.format(instant);
    }
}
