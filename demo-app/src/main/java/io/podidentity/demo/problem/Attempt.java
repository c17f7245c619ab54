package io.podidentity.demo.problem;

import io.podidentity.tokenprovider.TokenAttempt;
import java.util.List;

/**
 * The result of one token source, as the page and the API show it.
 *
 * @param source the name of the source
 * @param state the result
 * @param durationMillis how long it took, in milliseconds
 * @param reason why it gave no token; may be empty
 * @param remedy what to do about it; may be empty
 */
public record Attempt(String source, TokenAttempt.State state, long durationMillis, String reason, String remedy) {

    /** The attempts in the form in which they are shown. */
    public static List<Attempt> of(List<TokenAttempt> attempts) {
        return attempts.stream()
                .map(attempt -> new Attempt(
                        attempt.source(),
                        attempt.state(),
                        attempt.duration().toMillis(),
                        attempt.reason(),
                        attempt.remedy()))
                .toList();
    }

    /** The remedy, split into plain text and commands. */
    public List<Advice.Part> advice() {
        return Advice.parts(remedy);
    }
}
