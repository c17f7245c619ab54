// SPDX-License-Identifier: Apache-2.0
package io.podidentity.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.podidentity.benchmarks.clients.TokenClient;
import io.podidentity.benchmarks.stub.ImdsStub;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CachedHitTest {
    private static final int CALLS = 100_000;
    private static final String OTHER_RESOURCE = "https://vault.azure.net";

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @Test
    void getAccessToken_whenCached_allocatesNothing() throws IOException {
        try (ImdsStub stub = new ImdsStub()) {
            AzureServiceTokenProvider provider = AzureServiceTokenProvider.builder()
                    .environment(Map.of("AZURE_POD_IDENTITY_AUTHORITY_HOST", stub.url()))
                    .build();
            long length = 0;
            length += hit(provider, TokenClient.RESOURCE) + hit(provider, OTHER_RESOURCE);

            long before = threads.getCurrentThreadAllocatedBytes();
            length += hit(provider, TokenClient.RESOURCE) + hit(provider, OTHER_RESOURCE);
            for (int i = 0; i < CALLS; i++) {
                length += provider.getAccessToken(i % 2 == 0 ? TokenClient.RESOURCE : OTHER_RESOURCE)
                        .length();
            }
            long allocated = threads.getCurrentThreadAllocatedBytes() - before;

            assertThat(length).isPositive();
            // The JIT compiler's own bookkeeping is allowed; a byte for each call would be 300,000.
            assertThat(allocated).isLessThan(10_000);
            assertThat(stub.requests()).isEqualTo(2);
        }
    }

    private static long hit(AzureServiceTokenProvider provider, String resource) {
        long length = 0;
        for (int i = 0; i < CALLS; i++) {
            length += provider.getAccessToken(resource).length();
        }
        return length;
    }
}
