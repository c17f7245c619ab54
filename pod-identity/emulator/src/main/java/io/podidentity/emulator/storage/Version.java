// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.storage;

import io.podidentity.emulator.http.Answer;
import java.time.Instant;

/**
 * One state of a blob or a container, by which clients tell it from others.
 *
 * @param etag without quotes; no two states of an account have the same
 * @param lastModified in whole seconds, as headers have it
 */
record Version(String etag, Instant lastModified) {

    String quotedEtag() {
        return "\"" + etag + "\"";
    }

    Answer into(Answer answer) {
        return answer.with("ETag", quotedEtag()).with("Last-Modified", Answer.httpDate(lastModified));
    }
}
