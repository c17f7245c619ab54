package io.podidentity.tokenprovider;

import java.io.IOException;
import java.net.Proxy;
import java.net.Socket;
import java.net.URI;
import java.time.Instant;
import java.util.List;

/**
 * Loads classes where a thread would only wait, before they are needed. Nothing is sent.
 *
 * <p>In a young process most of a first token's time is class loading; see docs/decisions/0008.
 */
final class WarmUp extends Thread {
    private static final String ANSWER =
            "{\"access_token\":\"e30.eyJhcHBpZCI6IiJ9.e30\",\"expires_on\":\"2000000000\"}";

    WarmUp() {
        super(null, null, "token-provider-warm-up", 0, false);
        setDaemon(true);
    }

    /** The JDK's HTTP classes, beside the caller who loads ours. */
    @Override
    public void run() {
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
                new CachedToken(token, List.of(), null, 0, 0);
            }
        } catch (JsonException e) {
            throw new IllegalStateException(e);
        }
    }
}
