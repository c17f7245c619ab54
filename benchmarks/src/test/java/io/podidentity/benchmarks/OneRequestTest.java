// SPDX-License-Identifier: Apache-2.0
package io.podidentity.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.benchmarks.clients.TokenClient;
import io.podidentity.benchmarks.stub.ImdsStub;
import io.podidentity.benchmarks.stub.StubControl.Behaviour;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class OneRequestTest {
    private static final int CALLERS = 100;

    @Test
    void getAccessToken_whenManyAskAtOnce_sendsOneRequest() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(CALLERS);
        try (ImdsStub stub = new ImdsStub()) {
            stub.behave(Behaviour.USUAL.withDelayMillis(100));
            AzureServiceTokenProvider provider = AzureServiceTokenProvider.builder()
                    .environment(Map.of("AZURE_POD_IDENTITY_AUTHORITY_HOST", stub.url()))
                    .build();
            CyclicBarrier together = new CyclicBarrier(CALLERS);
            List<Future<String>> answers = new ArrayList<>();
            for (int i = 0; i < CALLERS; i++) {
                answers.add(threads.submit(() -> {
                    together.await();
                    return provider.getAccessToken(TokenClient.RESOURCE);
                }));
            }

            for (Future<String> answer : answers) {
                assertThat(answer.get()).isEqualTo(answers.get(0).get());
            }

            assertThat(stub.requests()).isEqualTo(1);
        } finally {
            threads.shutdownNow();
        }
    }
}
