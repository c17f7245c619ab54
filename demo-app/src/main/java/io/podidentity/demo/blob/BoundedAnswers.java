package io.podidentity.demo.blob;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import okhttp3.Interceptor;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okio.Buffer;
import okio.ForwardingSource;
import okio.Okio;
import okio.Source;

/**
 * Ends an answer at a size that none has: the SDK reads lists and errors as a whole, and an account that never stops
 * would fill the memory. It counts what is read after decompression.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads.
 */
final class BoundedAnswers implements Interceptor {
    /** A list of 1,000 blobs has about one megabyte, and content is read in smaller parts. */
    private static final int MAX_BYTES = 4 * 1024 * 1024;

    /** An answer that is bigger than it can be. It is not an I/O error, so that nobody tries again. */
    static final class TooBigException extends IllegalStateException {
        private static final long serialVersionUID = 1L;

        TooBigException(int bytes) {
            super("The answer has more than " + bytes + " bytes");
        }
    }

    @Override
    public Response intercept(Chain chain) throws IOException {
        Response answer = chain.proceed(chain.request());
        ResponseBody body = requireNonNull(answer.body(), "an answer from the network has a body");
        return answer.newBuilder()
                .body(ResponseBody.create(
                        Okio.buffer(new Bounded(body.source())), body.contentType(), body.contentLength()))
                .build();
    }

    private static final class Bounded extends ForwardingSource {
        private long read;

        Bounded(Source source) {
            super(source);
        }

        @Override
        public long read(Buffer sink, long byteCount) throws IOException {
            long some = super.read(sink, byteCount);
            read += Math.max(some, 0);
            if (read > MAX_BYTES) {
                throw new TooBigException(MAX_BYTES);
            }
            return some;
        }
    }
}
