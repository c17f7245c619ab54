// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.nmi;

import io.podidentity.emulator.http.Answer;
import java.nio.charset.StandardCharsets;

/** Answers as Go's HTTP server, in which NMI is written, sends them. */
final class GoAnswer {

    /** Up to so many bytes Go announces the length by itself. */
    private static final int BUFFER = 2048;

    private GoAnswer() {}

    /** An error in plain text, with the line end and the header that Go adds. */
    static Answer error(int status, String text) {
        return Answer.text(status, "text/plain; charset=utf-8", text + "\n").with("X-Content-Type-Options", "nosniff");
    }

    static Answer error(int status, Exception e) {
        return error(status, String.valueOf(e.getMessage()));
    }

    static Answer metadataHeaderMissing() {
        return Answer.text(
                400,
                "application/json; charset=utf-8",
                "{\"error\":\"invalid_request\",\"error_description\":\"Required metadata header not specified\"}\n");
    }

    /** @param announced whether the length is announced whatever it is */
    static Answer json(String text, boolean announced) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        Answer answer = announced || bytes.length <= BUFFER
                ? Answer.bytes(200, bytes)
                : Answer.of(200, -1, out -> out.write(bytes));
        return answer.with("Content-Type", "application/json");
    }

    /** The answer to HEAD, with the length of what GET would get, -1 for no word of it. */
    static Answer announced(int status, long length) {
        return Answer.of(status, length, out -> {});
    }
}
