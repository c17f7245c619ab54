// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.storage;

import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Request;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A blob as the answer to GET or HEAD: the range, the checksums, the headers. */
final class BlobDownload {

    private static final Pattern RANGE = Pattern.compile("bytes=(\\d{1,18})-(\\d{0,18})");
    private static final String RANGE_MD5 = "x-ms-range-get-content-md5";
    private static final String RANGE_CRC64 = "x-ms-range-get-content-crc64";

    /** Of a range whose checksum Azure computes, in bytes. */
    private static final int LARGEST_WITH_CHECKSUM = 4 << 20;

    private BlobDownload() {}

    static Answer answer(Request request, StoredBlob blob) {
        byte[] content = blob.content();
        Matcher range = range(request);
        boolean part = range.matches() && isOrdered(range);
        if (!part) {
            refuseChecksumOfAll(request);
            return described(Answer.bytes(200, content), request, blob);
        }
        long first = Long.parseLong(range.group(1));
        if (first >= content.length) {
            throw StorageError.INVALID_RANGE.refusal().with("Content-Range", "bytes */" + content.length);
        }
        long last = Math.min(lastWanted(range), content.length - 1L);
        byte[] wanted = Arrays.copyOfRange(content, (int) first, (int) last + 1);
        Answer answer = described(Answer.bytes(206, wanted), request, blob)
                .with("Content-Range", "bytes " + first + "-" + last + "/" + content.length);
        return withChecksums(answer, request, blob, wanted);
    }

    /** Azure's own header wins; a HEAD, and a range in any other form, mean the whole blob. */
    private static Matcher range(Request request) {
        Optional<String> range = request.header("x-ms-range").or(() -> request.header("Range"));
        return RANGE.matcher(request.isGet() ? range.orElse("") : "");
    }

    private static long lastWanted(Matcher range) {
        return range.group(2).isEmpty() ? Long.MAX_VALUE : Long.parseLong(range.group(2));
    }

    /** One that ends before it begins is none (RFC 9110, 14.1.2). */
    private static boolean isOrdered(Matcher range) {
        return Long.parseLong(range.group(1)) <= lastWanted(range);
    }

    private static void refuseChecksumOfAll(Request request) {
        for (String header : new String[] {RANGE_MD5, RANGE_CRC64}) {
            if (isTrue(request, header)) {
                throw StorageError.INVALID_HEADER_VALUE.refusal("HeaderName", header);
            }
        }
    }

    /** {@code Content-MD5} is that of the part, if it is wanted; that of the blob has a header of its own. */
    private static Answer withChecksums(Answer answer, Request request, StoredBlob blob, byte[] part) {
        boolean md5 = isTrue(request, RANGE_MD5);
        boolean crc64 = isTrue(request, RANGE_CRC64);
        if ((md5 || crc64) && part.length > LARGEST_WITH_CHECKSUM) {
            throw StorageError.INVALID_HEADER_VALUE.refusal("HeaderName", md5 ? RANGE_MD5 : RANGE_CRC64);
        }
        Answer checked = answer.without(Checksums.CONTENT_MD5);
        Optional<String> ofBlob = blob.headers().md5();
        if (ofBlob.isPresent()) {
            checked = checked.with("x-ms-blob-content-md5", ofBlob.get());
        }
        if (md5) {
            checked = checked.with(Checksums.CONTENT_MD5, Checksums.md5(part));
        }
        return crc64 ? checked.with(Checksums.CONTENT_CRC64, Crc64.of(part)) : checked;
    }

    private static boolean isTrue(Request request, String header) {
        return request.header(header).filter("true"::equalsIgnoreCase).isPresent();
    }

    private static Answer described(Answer answer, Request request, StoredBlob blob) {
        Answer described = blob.metadata()
                .into(blob.headers().into(blob.version().into(answer)))
                .with("Accept-Ranges", "bytes")
                .with("x-ms-blob-type", "BlockBlob")
                .with("x-ms-creation-time", Answer.httpDate(blob.created()))
                .with("x-ms-lease-status", "unlocked")
                .with("x-ms-lease-state", "available")
                .with("x-ms-server-encrypted", "true");
        if (request.isGet()) {
            return described;
        }
        return described.with("x-ms-access-tier", "Hot").with("x-ms-access-tier-inferred", "true");
    }
}
