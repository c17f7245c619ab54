// SPDX-License-Identifier: Apache-2.0
package io.podidentity.benchmarks.jmh;

import com.azure.core.credential.TokenRequestContext;
import io.podidentity.benchmarks.clients.TokenClient;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.azure.TokenProviderCredential;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The token provider with a token in its cache, and the least that a cache of tokens has to do. */
@State(Scope.Benchmark)
public class HitBenchmark {
    private static final String OTHER_RESOURCE = "https://vault.azure.net";
    private static final String TENANT = "11111111-1111-1111-1111-111111111111";

    private final AzureServiceTokenProvider provider = new AzureServiceTokenProvider();
    private final TokenProviderCredential credential = new TokenProviderCredential(provider);
    private final TokenRequest request =
            TokenRequest.forResource(TokenClient.RESOURCE).withTenantId(TENANT);
    private final TokenRequestContext context = new TokenRequestContext().addScopes(TokenClient.RESOURCE + ".default");

    private final Entry entry = new Entry("token", Long.MAX_VALUE);
    private volatile Entry last = entry;
    private final ConcurrentMap<Key, Entry> entries = new ConcurrentHashMap<>();

    private record Entry(String token, long quietUntil) {}

    private record Key(String resource) {}

    /** Gets all tokens, so that every call is a hit. */
    @Setup
    public void fill() {
        entries.put(new Key(TokenClient.RESOURCE), entry);
        entries.put(new Key(OTHER_RESOURCE), entry);
        provider.getAccessToken(request);
        provider.getAccessToken(OTHER_RESOURCE);
        credential.getTokenSync(context);
        provider.getAccessToken(TokenClient.RESOURCE);
    }

    /** The resource that this provider was asked for last. */
    @Benchmark
    public String lastResource() {
        return provider.getAccessToken(TokenClient.RESOURCE);
    }

    /** Another resource than the last one, which needs a look-up. */
    @Benchmark
    public String alternatingResources(Turn turn) {
        return provider.getAccessToken(turn.next());
    }

    @Benchmark
    public String request() {
        return provider.getAccessToken(request);
    }

    @Benchmark
    public String newProvider() {
        return new AzureServiceTokenProvider().getAccessToken(TokenClient.RESOURCE);
    }

    @Benchmark
    public com.azure.core.credential.AccessToken adapterSync() {
        return credential.getTokenSync(context);
    }

    /** The least that a cache has to do: one token in one field. */
    @Benchmark
    public @Nullable String volatileReadAndClock() {
        Entry found = last;
        return System.currentTimeMillis() < found.quietUntil ? found.token : null;
    }

    /** The same for tokens in a map, with a key made for each call. */
    @Benchmark
    public @Nullable String mapAndClock(Turn turn) {
        Entry found = entries.get(new Key(turn.next()));
        return found != null && System.currentTimeMillis() < found.quietUntil ? found.token : null;
    }

    /** Two resources by turns, for each thread, so that the compiler cannot treat a resource's hash as a constant. */
    @State(Scope.Thread)
    public static class Turn {
        private boolean other;

        String next() {
            other = !other;
            return other ? OTHER_RESOURCE : TokenClient.RESOURCE;
        }
    }
}
