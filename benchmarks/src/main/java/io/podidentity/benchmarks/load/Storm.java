package io.podidentity.benchmarks.load;

import io.podidentity.benchmarks.clients.TokenClient;
import io.podidentity.benchmarks.stub.Behaviour;
import io.podidentity.benchmarks.stub.StubControl;

/**
 * All callers at once, three times: with no token yet, in the refresh window, and after the token expired. Arguments:
 * the client, {@code platform} or {@code virtual}, how many callers.
 *
 * <p>The stub's first answers must be {@link #AGEING}: due for a refresh at once, or as msal4j sees it about to expire,
 * since it leaves the last five minutes of a life unused.
 */
public final class Storm {
    /** A token that is in its refresh window after {@link #AGEING_MILLIS}, and valid for five minutes more. */
    public static final Behaviour AGEING = Behaviour.USUAL.withLife(302, 1);

    static final long AGEING_MILLIS = 3_200;
    private static final String SHORT_LIVED = "https://vault.azure.net/";

    private Storm() {}

    public static void main(String[] args) throws Exception {
        TokenClient client = TokenClient.named(args[0]);
        Callers callers = new Callers(client, args[1].equals("virtual"), Integer.parseInt(args[2]));
        StubControl stub = StubControl.ofEnvironment();
        Behaviour slow = Behaviour.USUAL.withDelayMillis(100);

        callers.ask(TokenClient.RESOURCE).print("cold");
        Figure.print("cold.requests", stub.seen().requests());

        stub.behave(AGEING);
        Pause.millis(AGEING_MILLIS);
        stub.behave(slow);
        callers.ask(TokenClient.RESOURCE).print("window");
        Pause.millis(300);
        Figure.print("window.requests", stub.seen().requests());

        stub.behave(Behaviour.USUAL.withLife(2, 0));
        client.token(SHORT_LIVED);
        Pause.millis(2_500);
        stub.behave(slow);
        callers.ask(SHORT_LIVED).print("expired");
        Figure.print("expired.requests", stub.seen().requests());
        Runtime.getRuntime().halt(0);
    }
}
