package io.podidentity.emulator.storage;

import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.storage.BlobStore.StoredBlob;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A blob as the answer to GET or HEAD: the conditions, the range, the headers. */
final class BlobDownload {

    private static final Pattern RANGE = Pattern.compile("bytes=(\\d{1,18})-(\\d{0,18})");

    private BlobDownload() {}

    static Answer answer(Request request, StoredBlob blob) {
        checkConditions(request, blob);
        byte[] content = blob.content();
        Matcher range = range(request);
        if (!range.matches()) {
            return described(Answer.bytes(200, content), blob).with("Content-MD5", blob.contentMd5());
        }
        long first = Long.parseLong(range.group(1));
        long wanted = range.group(2).isEmpty() ? Long.MAX_VALUE : Long.parseLong(range.group(2));
        long last = Math.min(wanted, content.length - 1L);
        if (first >= content.length || last < first) {
            throw StorageError.INVALID_RANGE.refusal().with("Content-Range", "bytes */" + content.length);
        }
        return described(Answer.bytes(206, Arrays.copyOfRange(content, (int) first, (int) last + 1)), blob)
                .with("Content-Range", "bytes " + first + "-" + last + "/" + content.length)
                .with("x-ms-blob-content-md5", blob.contentMd5());
    }

    /** Azure's own header wins; a HEAD, and a range in any other form, mean the whole blob. */
    private static Matcher range(Request request) {
        Optional<String> range = request.header("x-ms-range").or(() -> request.header("Range"));
        return RANGE.matcher(request.isGet() ? range.orElse("") : "");
    }

    private static Answer described(Answer answer, StoredBlob blob) {
        return answer.with("Content-Type", blob.contentType())
                .with("ETag", "\"" + blob.etag() + "\"")
                .with("Last-Modified", Answer.httpDate(blob.lastModified()))
                .with("Accept-Ranges", "bytes")
                .with("x-ms-blob-type", "BlockBlob")
                .with("x-ms-creation-time", Answer.httpDate(blob.lastModified()))
                .with("x-ms-lease-status", "unlocked")
                .with("x-ms-lease-state", "available")
                .with("x-ms-access-tier", "Hot")
                .with("x-ms-access-tier-inferred", "true")
                .with("x-ms-server-encrypted", "true");
    }

    private static void checkConditions(Request request, StoredBlob blob) {
        Predicate<String> sameEtag = header -> Arrays.stream(header.split(","))
                .map(String::strip)
                .anyMatch(etag -> etag.equals("*") || etag.replace("\"", "").equals(blob.etag()));
        Predicate<Instant> modifiedSince = blob.lastModified()::isAfter;
        if (request.header("If-Match").filter(sameEtag.negate()).isPresent()
                || date(request, "If-Unmodified-Since").filter(modifiedSince).isPresent()) {
            throw StorageError.CONDITION_NOT_MET.refusal();
        }
        Optional<String> noneMatch = request.header("If-None-Match");
        boolean unchanged = noneMatch.isPresent()
                ? noneMatch.filter(sameEtag).isPresent()
                : date(request, "If-Modified-Since")
                        .filter(modifiedSince.negate())
                        .isPresent();
        if (unchanged) {
            throw StorageError.NOT_MODIFIED.refusal();
        }
    }

    /** A date that cannot be parsed is ignored, as HTTP requires. */
    private static Optional<Instant> date(Request request, String header) {
        try {
            return request.header(header).map(text -> Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(text)));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }
}
