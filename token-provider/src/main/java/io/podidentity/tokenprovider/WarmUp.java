package io.podidentity.tokenprovider;

import java.io.IOException;
import java.net.Proxy;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Loads classes where a thread would only wait, before they are needed. Nothing is sent.
 *
 * <p>In a young process most of a first token's time is class loading; see docs/decisions/0008.
 */
final class WarmUp extends Thread {
    private static final String ANSWER =
            "{\"access_token\":\"e30.eyJhcHBpZCI6ImEifQ.e30\",\"expires_on\":\"2000000000\"}";

    private final boolean forHttp;

    /**
     * @param forHttp whether the first source to be asked is one over HTTP; another is a process
     */
    private WarmUp(boolean forHttp) {
        super(null, null, "token-provider-warm-up", 0, false);
        setDaemon(true);
        this.forHttp = forHttp;
    }

    /** Begins it; a process that has no thread left does without. */
    static void begin(boolean forHttp) {
        try {
            new WarmUp(forHttp).start();
        } catch (OutOfMemoryError e) {
            // Only time is lost: what was not loaded beside is loaded when it is needed.
        }
    }

    /** The JDK's classes for HTTP or for processes, beside the caller who loads ours. */
    @Override
    public void run() {
        if (!forHttp) {
            ProcessHandle.current();
            return;
        }
        try {
            URI.create("http://127.0.0.1/").toURL().openConnection(Proxy.NO_PROXY);
            new Socket(Proxy.NO_PROXY).close();
        } catch (IOException e) {
            // Nothing is connected, so nothing fails; and the request itself would say what is wrong.
        }
    }

    /** What an answer is read with, on the thread of a caller who waits for it. */
    static void loadAnswerClasses() {
        try {
            TokenResponse answer = TokenResponse.read(ANSWER);
            String value = answer.text("access_token");
            Instant expiresOn = answer.expiresOn(0);
            if (value != null && expiresOn != null) {
                Principal principal = PrincipalReader.read(value);
                AccessToken token = new AccessToken(value, "", "", expiresOn, null, principal, "");
                TokenAttempt attempt = new TokenAttempt("", TokenAttempt.State.ACQUIRED, Duration.ZERO, "", "");
                new CachedToken(token, List.of(attempt), null, 0, 0);
                new TokenSource.Acquired(token);
            }
        } catch (JsonException e) {
            throw new IllegalStateException(e);
        }
    }
}
