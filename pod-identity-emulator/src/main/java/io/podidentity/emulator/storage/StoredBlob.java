package io.podidentity.emulator.storage;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;

/** A blob with its properties. Immutable. */
final class StoredBlob {

    /** The only form of a date that Azure writes; unlike Java's RFC 1123 it has two digits for the day always. */
    private static final DateTimeFormatter HTTP_DATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM uuuu HH:mm:ss 'GMT'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    private final String name;
    private final String contentType;
    private final byte[] content;
    private final byte[] md5;
    private final Instant lastModified;

    /** @param content which nobody changes afterwards */
    StoredBlob(String name, String contentType, byte[] content, Instant lastModified) {
        this.name = name;
        this.contentType = contentType;
        this.content = content;
        this.md5 = md5(content);
        this.lastModified = lastModified;
    }

    /** Azure gives MD5 as a checksum against damage, and so does the emulator; nothing relies on it for security. */
    private static byte[] md5(byte[] content) {
        try {
            return MessageDigest.getInstance("MD5").digest(content);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    static String httpDate(Instant instant) {
        return HTTP_DATE.format(instant);
    }

    String name() {
        return name;
    }

    String contentType() {
        return contentType;
    }

    byte[] content() {
        return content;
    }

    /** In base64. */
    String contentMd5() {
        return Base64.getEncoder().encodeToString(md5);
    }

    /** Without quotes. */
    String etag() {
        return "0x8D" + HexFormat.of().withUpperCase().formatHex(md5, 0, 6);
    }

    Instant lastModified() {
        return lastModified;
    }
}
