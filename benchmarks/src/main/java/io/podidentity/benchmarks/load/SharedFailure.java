package io.podidentity.benchmarks.load;

import io.podidentity.benchmarks.clients.TokenClient;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenRequest;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** No token yet and a broken server: what callers get, with a deadline of {@value #DEADLINE_SECONDS} s. */
public final class SharedFailure {
    private static final int CALLERS = 50;
    private static final int DEADLINE_SECONDS = 3;

    private SharedFailure() {}

    public static void main(String[] args) throws Exception {
        AzureServiceTokenProvider provider = new AzureServiceTokenProvider();
        TokenRequest request =
                TokenRequest.forResource(TokenClient.RESOURCE).withDeadline(Duration.ofSeconds(DEADLINE_SECONDS));
        Set<String> messages = ConcurrentHashMap.newKeySet();
        AtomicLong worst = new AtomicLong();
        Callers.together(CALLERS, false, caller -> {
            long start = System.nanoTime();
            try {
                provider.getAccessToken(request);
            } catch (TokenAcquisitionException e) {
                messages.add(String.valueOf(e.getMessage()));
            }
            worst.accumulateAndGet(System.nanoTime() - start, Math::max);
        });
        Figure.print("worst", worst.get() / 1e6);
        Figure.print("messages", messages.size());
        Runtime.getRuntime().halt(0);
    }
}
