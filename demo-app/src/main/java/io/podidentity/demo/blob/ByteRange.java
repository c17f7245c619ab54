package io.podidentity.demo.blob;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpRange;

/**
 * The part of a blob that a request asks for (RFC 9110, section 14).
 *
 * @param from the first byte
 * @param to the byte after the last one
 * @param whole whether the answer is the whole blob, with status 200
 */
record ByteRange(long from, long to, boolean whole) {

    /**
     * The range in a request. A request for several ranges, or with a range that cannot be read, gets the whole blob,
     * as does one whose {@code If-Range} names another version.
     *
     * @return null if the blob has no byte of the range
     */
    static @Nullable ByteRange in(HttpHeaders request, BlobContent blob) {
        ByteRange all = new ByteRange(0, blob.size(), true);
        List<HttpRange> ranges;
        try {
            ranges = request.getRange();
        } catch (IllegalArgumentException e) {
            return all;
        }
        if (ranges.size() != 1 || !isOfThisVersion(request, blob)) {
            return all;
        }
        long from = blob.size() == 0 ? 0 : ranges.get(0).getRangeStart(blob.size());
        if (from >= blob.size()) {
            return null;
        }
        return new ByteRange(from, ranges.get(0).getRangeEnd(blob.size()) + 1, false);
    }

    private static boolean isOfThisVersion(HttpHeaders request, BlobContent blob) {
        String ifRange = request.getFirst(HttpHeaders.IF_RANGE);
        if (ifRange == null) {
            return true;
        }
        if (ifRange.startsWith("\"")) {
            return ifRange.equals(blob.eTag());
        }
        if (ifRange.startsWith("W/")) {
            return false;
        }
        try {
            long date = request.getFirstDate(HttpHeaders.IF_RANGE);
            Instant modified = blob.lastModified();
            return modified != null && date == modified.getEpochSecond() * 1000;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    long length() {
        return to - from;
    }

    /** The value of {@code Content-Range}. */
    String contentRange(BlobContent blob) {
        return "bytes " + from + "-" + (to - 1) + "/" + blob.size();
    }
}
