package io.podidentity.demo.problem;

import io.podidentity.tokenprovider.TokenAttempt;
import java.util.List;

/**
 * What became of one token source, as the page and the API show it.
 *
 * @param source the source's name
 * @param state what became of it
 * @param durationMillis how long it took, in milliseconds
 * @param reason why there is no token from it; may be empty
 * @param remedy what to do about it; may be empty
 */
public record Attempt(String source, TokenAttempt.State state, long durationMillis, String reason, String remedy) {

    /** The attempts as they are shown. */
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

    /** The remedy with its commands told apart. */
    public List<Advice.Part> advice() {
        return Advice.parts(remedy);
    }
}
