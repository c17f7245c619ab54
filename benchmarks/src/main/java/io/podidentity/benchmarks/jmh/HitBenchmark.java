package io.podidentity.benchmarks.jmh;

import com.azure.core.credential.TokenRequestContext;
import io.podidentity.benchmarks.clients.TokenClient;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.azure.TokenProviderCredential;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The token provider with a token in its cache. */
@State(Scope.Benchmark)
public class HitBenchmark {
    static final String OTHER_RESOURCE = "https://vault.azure.net";
    private static final String TENANT = "11111111-1111-1111-1111-111111111111";

    private final AzureServiceTokenProvider provider = new AzureServiceTokenProvider();
    private final TokenProviderCredential credential = new TokenProviderCredential(provider);
    private final TokenRequest request =
            TokenRequest.forResource(TokenClient.RESOURCE).withTenantId(TENANT);
    private final TokenRequestContext context = new TokenRequestContext().addScopes(TokenClient.RESOURCE + ".default");

    /** Gets all tokens, so that every call is a hit. */
    @Setup
    public void fill() {
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

    /** A request that also names a tenant. */
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
