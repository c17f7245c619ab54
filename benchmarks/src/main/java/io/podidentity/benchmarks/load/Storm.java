package io.podidentity.benchmarks.load;

import io.podidentity.benchmarks.clients.TokenClient;
import io.podidentity.benchmarks.stub.Behaviour;
import io.podidentity.benchmarks.stub.StubControl;
import java.util.concurrent.TimeUnit;

/**
 * All callers at once, three times: with no token yet, in the refresh window, and after the token expired. Arguments:
 * the client, the number of callers, and {@code cold} for the first time only.
 */
public final class Storm {
    /**
     * Tokens that are due for a refresh after {@link #AGEING_MILLIS} and valid for nearly five minutes more. msal4j
     * treats them as expired, since it does not use the last five minutes of a token's life.
     */
    private static final Behaviour AGEING = Behaviour.USUAL.withLife(302, 1);

    private static final long AGEING_MILLIS = 3_200;
    private static final Behaviour SLOW = Behaviour.USUAL.withDelayMillis(100);
    private static final String AGEING_RESOURCE = "https://management.azure.com/";
    private static final String SHORT_LIVED_RESOURCE = "https://vault.azure.net/";

    private Storm() {}

    public static void main(String[] args) throws Exception {
        TokenClient client = TokenClient.named(args[0]);
        Callers callers = new Callers(client, Integer.parseInt(args[1]));
        StubControl stub = StubControl.ofEnvironment();
        callers.ask(TokenClient.RESOURCE, "cold");
        Figure.print("cold.requests", stub.requests());

        if (args.length == 2) {
            window(client, callers, stub);
            expired(client, callers, stub);
        }
        Runtime.getRuntime().halt(0);
    }

    private static void window(TokenClient client, Callers callers, StubControl stub) throws Exception {
        stub.behave(AGEING);
        client.token(AGEING_RESOURCE);
        TimeUnit.MILLISECONDS.sleep(AGEING_MILLIS);
        stub.behave(SLOW);
        callers.ask(AGEING_RESOURCE, "window");
        TimeUnit.MILLISECONDS.sleep(300);
        Figure.print("window.requests", stub.requests());
    }

    private static void expired(TokenClient client, Callers callers, StubControl stub) throws Exception {
        stub.behave(Behaviour.USUAL.withLife(2, 0));
        client.token(SHORT_LIVED_RESOURCE);
        TimeUnit.MILLISECONDS.sleep(2_500);
        stub.behave(SLOW);
        callers.ask(SHORT_LIVED_RESOURCE, "expired");
        Figure.print("expired.requests", stub.requests());
    }
}
