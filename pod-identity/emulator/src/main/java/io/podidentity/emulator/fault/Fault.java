// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.fault;

import static java.util.Objects.requireNonNull;

import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.storage.BlobEndpoint;
import java.io.EOFException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What {@link Faults} does to one answer, as data: gives a wrong one in its place, or delays it. Immutable; arguments
 * are not null.
 *
 * @since 0.1.0
 */
public final class Fault {

    private static final Duration LONGER_THAN_ANYBODY_WAITS = Duration.ofDays(1);
    private static final String JSON = "application/json; charset=utf-8";
    private static final byte[] BEGINNING = "{\"access_token\":\"eyJ0".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] CHUNK = "a".repeat(8192).getBytes(StandardCharsets.US_ASCII);

    /** Null for the right answer. */
    private final @Nullable Answer answer;

    private final Duration delay;
    private final boolean standing;
    private final boolean refusing;

    private Fault(@Nullable Answer answer, Duration delay, boolean standing, boolean refusing) {
        this.answer = answer;
        this.delay = delay;
        this.standing = standing;
        this.refusing = refusing;
    }

    private Fault(Answer answer) {
        this(answer, Duration.ZERO, false, false);
    }

    /** An HTTP status with a JSON body of {@code error} and {@code error_description}. */
    public static Fault status(int status) {
        return status(
                status, "{\"error\":\"emulated_fault\",\"error_description\":\"A fault of status " + status + "\"}");
    }

    /** An HTTP status with a body that is said to be JSON, whatever it is. */
    public static Fault status(int status, String body) {
        return status(status, JSON, body);
    }

    public static Fault status(int status, String contentType, String body) {
        return new Fault(Answer.text(status, requireNonNull(contentType, "contentType"), body));
    }

    /** Status 200, said to be JSON, and is not. */
    public static Fault garbage() {
        return status(200, "<html><body>Sign in to the hotel's network</body></html>");
    }

    /** Status 200 and the beginning of a JSON body; then the connection ends before the announced length. */
    public static Fault cut() {
        return beginning(2000, out -> {
            out.flush();
            throw new EOFException("cut on purpose");
        });
    }

    /** Status 200 and a JSON string that goes on until the client hangs up or the emulator is closed. */
    public static Fault endless() {
        return beginning(-1, out -> {
            while (!Thread.currentThread().isInterrupted()) {
                out.write(CHUNK);
            }
            throw new EOFException("the emulator is closed");
        });
    }

    private static Fault beginning(long length, Answer.Body rest) {
        return new Fault(Answer.of(200, length, out -> {
                    out.write(BEGINNING);
                    rest.writeTo(out);
                })
                .with("Content-Type", JSON));
    }

    /** No answer to any request until {@link Faults#clear}: nobody listens, so connections are refused. */
    public static Fault refused() {
        return new Fault(Answer.none(), Duration.ZERO, true, true);
    }

    /** No answer as long as the client waits. */
    public static Fault silent() {
        return slow(LONGER_THAN_ANYBODY_WAITS);
    }

    /** No answer: the server takes the request and hangs up. */
    public static Fault gone() {
        return new Fault(Answer.none());
    }

    /** The right answer, later by {@code delay}. */
    public static Fault slow(Duration delay) {
        return new Fault(null, requireNonNull(delay, "delay"), false, false);
    }

    /** The same fault, later by {@code delay}. */
    public Fault after(Duration delay) {
        return new Fault(answer, this.delay.plus(requireNonNull(delay, "delay")), standing, refusing);
    }

    /** The blob endpoint's answer to a caller without a role. */
    public static Fault roleMissing() {
        return new Fault(BlobEndpoint.roleMissing());
    }

    /** The blob endpoint's answer to a token that has expired. */
    public static Fault tokenExpired() {
        return new Fault(BlobEndpoint.tokenExpired());
    }

    /** The same fault for every request, until {@link Faults#clear}: an outage, which no retry gets around. */
    public Fault standing() {
        return new Fault(answer, delay, true, refusing);
    }

    boolean isRefusing() {
        return refusing;
    }

    boolean isStanding() {
        return standing;
    }

    /**
     * The same fault with a header more, such as {@code Retry-After}.
     *
     * @throws IllegalStateException on {@link #slow} and {@link #silent}, whose answer is the right one
     */
    public Fault header(String name, String value) {
        if (answer == null) {
            throw new IllegalStateException(
                    "slow() and silent() give the right answer late, so it cannot have another header");
        }
        return new Fault(answer.with(name, value), delay, standing, refusing);
    }

    /** A few words, such as {@code status 429, each time}. */
    @Override
    public String toString() {
        return kind() + (standing ? ", each time" : "");
    }

    private String kind() {
        if (delay.compareTo(LONGER_THAN_ANYBODY_WAITS) >= 0) {
            return "silent";
        }
        if (refusing) {
            return "refused";
        }
        if (answer == null) {
            return "late";
        }
        return answer.isNone() ? "gone" : "status " + answer.status();
    }

    Answer insteadOf(Supplier<Answer> rightAnswer) {
        Answer given = answer == null ? rightAnswer.get() : answer;
        return given.after(given.delay().plus(delay));
    }
}
