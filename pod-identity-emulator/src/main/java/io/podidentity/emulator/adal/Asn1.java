package io.podidentity.emulator.adal;

import java.util.Arrays;

/**
 * Reads DER one element after another, with the errors of Go's {@code encoding/asn1}. Not thread-safe.
 *
 * @see <a href="https://pkg.go.dev/encoding/asn1">the original</a>
 */
final class Asn1 {

    static final int INTEGER = 2;
    static final int OCTETS = 4;
    static final int OBJECT_ID = 6;
    static final int SEQUENCE = 16;

    private static final int CONSTRUCTED = 0x20;
    private static final int CONTEXT = 2;
    private static final int LONG_TAG = 0x1f;

    private final byte[] bytes;
    private int offset;

    Asn1(byte[] bytes) {
        this.bytes = bytes;
    }

    /** The bytes are no such structure; the message is Go's. */
    @SuppressWarnings("serial")
    static final class MalformedException extends Exception {
        MalformedException(String reason) {
            super(reason);
        }
    }

    private record Header(int type, int tag, int length, boolean compound) {

        @Override
        public String toString() {
            return "{class:" + type + " tag:" + tag + " length:" + length + " isCompound:" + compound + "}";
        }
    }

    boolean isAtEnd() {
        return offset == bytes.length;
    }

    /**
     * The content of the next element.
     *
     * @param goType what Go calls the type of the field, empty for a slice
     */
    byte[] next(int tag, String goType) throws MalformedException {
        Header header = header();
        boolean compound = tag == SEQUENCE;
        if (header.type != 0 || header.tag != tag || header.compound != compound) {
            throw new MalformedException("asn1: structure error: tags don't match (" + tag + " vs " + header
                    + ") {optional:false explicit:false application:false private:false defaultValue:<nil> tag:<nil>"
                    + " stringType:0 timeType:0 set:false omitEmpty:false} " + goType + " @" + offset);
        }
        return content(header.length);
    }

    /** The content of the next element, of whatever kind. */
    byte[] any() throws MalformedException {
        return content(header().length);
    }

    /** The content of the next element if that is the one tagged 0 in its context; else null, and nothing is read. */
    byte @org.jspecify.annotations.Nullable [] tagged() throws MalformedException {
        int start = offset;
        if (!isAtEnd()) {
            Header header = header();
            if (header.type == CONTEXT && header.tag == 0) {
                return content(header.length);
            }
        }
        offset = start;
        return null;
    }

    /** Of the next element: a whole number that fits into an int. */
    int integer() throws MalformedException {
        byte[] content = next(INTEGER, "int");
        if (content.length == 0) {
            throw new MalformedException("asn1: structure error: empty integer");
        }
        if (content.length > Integer.BYTES) {
            throw new MalformedException("asn1: structure error: integer too large");
        }
        return new java.math.BigInteger(content).intValue();
    }

    /** Of the next element: an object identifier with dots. */
    String objectId() throws MalformedException {
        byte[] content = next(OBJECT_ID, "ObjectIdentifier");
        var text = new StringBuilder();
        long value = 0;
        for (byte b : content) {
            value = (value << 7) | (b & 0x7f);
            if (b >= 0) {
                if (text.isEmpty()) {
                    long first = Math.min(value / 40, 2);
                    text.append(first).append('.').append(value - 40 * first);
                } else {
                    text.append('.').append(value);
                }
                value = 0;
            }
        }
        return text.toString();
    }

    private byte[] content(int length) throws MalformedException {
        if (length > bytes.length - offset) {
            throw new MalformedException("asn1: syntax error: data truncated");
        }
        offset += length;
        return Arrays.copyOfRange(bytes, offset - length, offset);
    }

    private Header header() throws MalformedException {
        if (isAtEnd()) {
            throw new MalformedException("asn1: syntax error: sequence truncated");
        }
        int first = octet("asn1: syntax error: truncated tag or length");
        int tag = first & LONG_TAG;
        if (tag == LONG_TAG) {
            tag = longTag();
        }
        return new Header(first >> 6, tag, length(), (first & CONSTRUCTED) != 0);
    }

    private int longTag() throws MalformedException {
        int tag = 0;
        int octet;
        do {
            octet = octet("asn1: syntax error: truncated base 128 integer");
            tag = (tag << 7) | (octet & 0x7f);
        } while (octet > 0x7f);
        if (tag < LONG_TAG) {
            throw new MalformedException("asn1: syntax error: non-minimal tag");
        }
        return tag;
    }

    private int length() throws MalformedException {
        int first = octet("asn1: syntax error: truncated tag or length");
        if (first < 0x80) {
            return first;
        }
        int count = first & 0x7f;
        if (count == 0) {
            throw new MalformedException("asn1: syntax error: indefinite length found (not DER)");
        }
        int length = 0;
        for (int i = 0; i < count; i++) {
            int octet = octet("asn1: syntax error: truncated tag or length");
            if (length >= 1 << 23) {
                throw new MalformedException("asn1: structure error: length too large");
            }
            length = (length << 8) | octet;
            if (length == 0) {
                throw new MalformedException("asn1: structure error: superfluous leading zeros in length");
            }
        }
        if (length < 0x80) {
            throw new MalformedException("asn1: structure error: non-minimal length");
        }
        return length;
    }

    private int octet(String otherwise) throws MalformedException {
        if (isAtEnd()) {
            throw new MalformedException(otherwise);
        }
        return bytes[offset++] & 0xff;
    }
}
