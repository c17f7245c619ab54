package io.podidentity.emulator.adal;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;

/**
 * The first element of some bytes, with the errors of Go's {@code encoding/asn1} for what is none.
 *
 * @param content its content
 * @param end where it ends
 * @see <a href="https://pkg.go.dev/encoding/asn1">the original</a>
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Der(byte[] content, int end) {

    static final int INTEGER = 2;
    static final int SEQUENCE = 16;

    private static final int COMPOUND = 0x20;
    private static final int LONG_TAG = 0x1f;

    /** The file cannot be used; the message is that of Go's library. */
    @SuppressWarnings("serial")
    static final class UnreadableException extends Exception {

        UnreadableException(String reason) {
            super("pkcs12: " + reason);
        }
    }

    /**
     * Reads the element.
     *
     * @param goType what Go calls the type of what is expected
     * @throws UnreadableException if it has another tag or is not whole
     */
    static Der first(byte[] bytes, int tag, String goType) throws UnreadableException {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        if (bytes.length == 0) {
            throw malformed("syntax error: sequence truncated");
        }
        try {
            int first = in.get() & 0xff;
            int number = (first & LONG_TAG) == LONG_TAG ? longTag(in) : first & LONG_TAG;
            int length = length(in);
            boolean compound = (first & COMPOUND) != 0;
            if (first >> 6 != 0 || number != tag || compound != (tag == SEQUENCE)) {
                throw malformed(
                        "structure error: tags don't match (%d vs {class:%d tag:%d length:%d isCompound:%b}) {optional:false explicit:false application:false private:false defaultValue:<nil> tag:<nil> stringType:0 timeType:0 set:false omitEmpty:false} %s @%d"
                                .formatted(tag, first >> 6, number, length, compound, goType, in.position()));
            }
            if (length > in.remaining()) {
                throw malformed("syntax error: data truncated");
            }
            byte[] content = new byte[length];
            in.get(content);
            return new Der(content, in.position());
        } catch (BufferUnderflowException e) {
            throw malformed("syntax error: truncated tag or length");
        }
    }

    private static int longTag(ByteBuffer in) {
        int tag = 0;
        int octet;
        do {
            octet = in.get();
            tag = (tag << 7) | (octet & 0x7f);
        } while (octet < 0);
        return tag;
    }

    private static int length(ByteBuffer in) throws UnreadableException {
        int first = in.get() & 0xff;
        int length = first < 0x80 ? first : 0;
        for (int left = first < 0x80 ? 0 : first & 0x7f; left > 0; left--) {
            if (length >= 1 << 23) {
                throw malformed("structure error: length too large");
            }
            length = (length << 8) | (in.get() & 0xff);
        }
        if (first == 0x80) {
            throw malformed("syntax error: indefinite length found (not DER)");
        }
        return length;
    }

    private static UnreadableException malformed(String reason) {
        return new UnreadableException("error reading P12 data: asn1: " + reason);
    }
}
