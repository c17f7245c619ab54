// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.serve;

import io.podidentity.emulator.http.Answer;

/** Answers in plain text, which is what a script or a person at a terminal reads. */
final class PlainAnswers {

    private static final String TEXT = "text/plain; charset=utf-8";

    private PlainAnswers() {}

    /** A text that no cache keeps, since the emulator's next start has other addresses. */
    static Answer show(String text) {
        return Answer.text(200, TEXT, text).with("Cache-Control", "no-store");
    }

    /** A refusal, with its reason as a line. */
    static Answer refuse(int status, String reason) {
        return Answer.text(status, TEXT, reason + "\n");
    }
}
