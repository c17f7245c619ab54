package io.podidentity.emulator.nmi;

import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.json.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;

/** Answers as Go's HTTP server, in which NMI is written, sends them. */
final class GoAnswer {

    /** Up to so many bytes Go announces the length by itself. */
    private static final int BUFFER = 2048;

    private GoAnswer() {}

    /** An error in plain text, with the line end and the header that Go adds. */
    static Answer error(int status, String text) {
        return Answer.text(status, "text/plain; charset=utf-8", text + "\n").with("X-Content-Type-Options", "nosniff");
    }

    static Answer metadataHeaderMissing() {
        var body = new LinkedHashMap<String, Object>();
        body.put("error", "invalid_request");
        body.put("error_description", "Required metadata header not specified");
        return Answer.text(400, "application/json; charset=utf-8", Json.write(body) + "\n");
    }

    /** @param announced whether the length is announced whatever it is */
    static Answer json(String text, boolean announced) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        Answer answer = announced || bytes.length <= BUFFER ? Answer.bytes(200, bytes) : chunked(bytes);
        return answer.with("Content-Type", "application/json");
    }

    /** The answer to HEAD, with the length of what GET would get, -1 for no word of it. */
    static Answer announced(int status, long length) {
        return body(status, length, new byte[0]);
    }

    private static Answer chunked(byte[] bytes) {
        return body(200, -1, bytes);
    }

    private static Answer body(int status, long length, byte[] bytes) {
        return Answer.of(status, new Answer.Body() {
            @Override
            public long length() {
                return length;
            }

            @Override
            public void writeTo(OutputStream out) throws IOException {
                out.write(bytes);
            }
        });
    }
}
