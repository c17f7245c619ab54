package io.podidentity.demo.web;

import io.podidentity.tokenprovider.Explanation;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAttempt;
import java.io.Serial;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.web.ErrorResponseException;

/** Why a request cannot be served, and what to do next, as problem details (RFC 9457). It contains no token. */
public final class Problem extends ErrorResponseException {
    @Serial
    private static final long serialVersionUID = 1L;

    private static final Logger log = LoggerFactory.getLogger(Problem.class);
    private static final int MAX_LOGGED = 100;
    private static final Map<String, Instant> LOGGED = new ConcurrentHashMap<>();

    /** Quotes at the start or end of a word only: the apostrophe in "the pod's label" is none. */
    private static final Pattern QUOTED = Pattern.compile("(?<![\\p{L}\\p{N}])'([^']+)'(?![\\p{L}\\p{N}])");

    private final String reason;
    private final String remedy;

    /**
     * @param kind the kind of problem in kebab case, which becomes the type of the problem details
     * @param reason why, in one sentence without a full stop
     * @param remedy what to do next, with commands between single quotes; may be empty
     */
    public Problem(HttpStatus status, String kind, String title, String reason, String remedy) {
        this(status, kind, title, reason, remedy, List.of());
    }

    private Problem(
            HttpStatus status, String kind, String title, String reason, String remedy, List<TokenAttempt> attempts) {
        super(status);
        this.reason = reason;
        this.remedy = remedy;
        String advice = remedy.isEmpty() ? remediesOf(attempts) : remedy;
        getBody().setType(URI.create("urn:podidentity:problem:" + kind));
        getBody().setTitle(title);
        getBody().setDetail(advice.isEmpty() ? reason + "." : reason + ". " + advice);
        if (!advice.isEmpty()) {
            getBody().setProperty("remedy", advice);
        }
        if (!attempts.isEmpty()) {
            getBody()
                    .setProperty(
                            "attempts", attempts.stream().map(Problem::json).toList());
        }
    }

    /** The problem that there is no token. */
    public static Problem of(TokenAcquisitionException failure) {
        String title = switch (failure.code()) {
            case NO_SOURCE_AVAILABLE -> "Nobody is signed in here";
            case REFUSED -> "The identity was refused";
            case SERVICE_UNAVAILABLE -> "No token at the moment";
            case INVALID_RESPONSE -> "The token service gave an invalid answer";
            case INVALID_CONFIGURATION -> "A setting is wrong";
            case TIMED_OUT -> "The token did not arrive in time";
            case INTERRUPTED -> "The request for a token was interrupted";
        };
        Problem problem = new Problem(
                HttpStatus.SERVICE_UNAVAILABLE,
                "no-token",
                title,
                failure.reason(),
                failure.remedy(),
                failure.attempts());
        failure.retryAfter().ifPresent(problem::retryAfter);
        return problem;
    }

    /** Tells programs when to try again. */
    public Problem retryAfter(Duration pause) {
        getHeaders().set(HttpHeaders.RETRY_AFTER, Long.toString(pause.toSeconds()));
        return this;
    }

    /** Why, in one sentence without a full stop. */
    public String reason() {
        return reason;
    }

    /** What to do next, with commands between single quotes; may be empty. */
    public String remedy() {
        return remedy;
    }

    private static String remediesOf(List<TokenAttempt> attempts) {
        return attempts.stream()
                .filter(attempt -> !attempt.remedy().isEmpty())
                .map(attempt -> attempt.source() + ": " + attempt.remedy())
                .collect(Collectors.joining(" "));
    }

    private static Map<String, Object> json(TokenAttempt attempt) {
        return Map.of(
                "source", attempt.source(),
                "state", attempt.state(),
                "durationMillis", attempt.duration().toMillis(),
                "reason", attempt.reason(),
                "remedy", attempt.remedy());
    }

    /**
     * Writes a warning to the log, unless only the request was wrong. The same text is written once a minute, and only
     * so many texts are, so that a storage account that fails does not fill the disk.
     */
    public Problem logged() {
        Instant now = Instant.now();
        LOGGED.values().removeIf(now.minusSeconds(60)::isAfter);
        boolean isOurs = getStatusCode().value() != 404 && getStatusCode().value() != 400;
        if (isOurs && LOGGED.size() < MAX_LOGGED && LOGGED.putIfAbsent(reason, now) == null) {
            log.warn("{}: {}", getBody().getTitle(), getBody().getDetail());
        }
        return this;
    }

    /** A piece of an advice, without its quotes. */
    public record Part(String text, boolean command) {}

    /** The pieces of an advice, in order. A full stop directly after the last command is dropped. */
    public static List<Part> parts(String advice) {
        List<Part> parts = new ArrayList<>();
        Matcher quoted = QUOTED.matcher(advice);
        int end = 0;
        while (quoted.find()) {
            parts.add(new Part(advice.substring(end, quoted.start()), false));
            parts.add(new Part(quoted.group(1), true));
            end = quoted.end();
        }
        String rest = advice.substring(end);
        parts.add(new Part(end > 0 && rest.equals(".") ? "" : rest, false));
        parts.removeIf(part -> part.text().isEmpty());
        return parts;
    }

    /** What speaks against using the token's identity, such as that every pod of the node has it; empty for nothing. */
    public static String caveat(Explanation explanation) {
        return explanation.attempts().stream()
                .filter(attempt -> attempt.state() == TokenAttempt.State.ACQUIRED)
                .map(TokenAttempt::reason)
                .findFirst()
                .orElse("");
    }
}
