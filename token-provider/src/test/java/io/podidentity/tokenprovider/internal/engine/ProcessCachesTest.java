// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import java.lang.ref.WeakReference;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who shares a cache with whom, and what is forgotten. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ProcessCachesTest {

    @Test
    void of_tenThousandSecretsInTurn_keepsAFew() {
        AzureServiceTokenProvider inUse = provider("in use");
        TokenCache cache = cache("in use");
        WeakReference<TokenCache> rotated = new WeakReference<>(cache("secret 0"));
        for (int i = 1; i < 10_000; i++) {
            assertThat(provider("secret " + i)).isNotNull();
        }

        collectGarbage();
        for (int i = 0; i < 100; i++) {
            assertThat(cache("one more " + i)).isNotNull();
        }
        assertThat(rotated.get()).isNull();
        assertThat(ProcessCaches.size()).isLessThan(1_000);
        assertThat(cache("in use")).isSameAs(cache);
        assertThat(inUse).isNotNull();
    }

    @Test
    void of_aFewSettingsWithoutAProvider_keepsTheirTokens() {
        WeakReference<TokenCache> one = new WeakReference<>(cache("one"));
        collectGarbage();

        assertThat(one.get()).isSameAs(cache("one"));
    }

    private static void collectGarbage() {
        WeakReference<Object> sentinel = new WeakReference<>(new int[1]);
        do {
            System.gc();
        } while (sentinel.get() != null);
    }

    private static AzureServiceTokenProvider provider(String secret) {
        return AzureServiceTokenProvider.builder()
                .environment(Map.of())
                .connectionString(text(secret))
                .build();
    }

    private static TokenCache cache(String secret) {
        return ProcessCaches.forSettings(Map.of(), text(secret), Map.of());
    }

    private static String text(String secret) {
        return "RunAs=App;AppId=11111111-1111-1111-1111-111111111111;TenantId=22222222-2222-2222-2222-222222222222;"
                + "AppKey=" + secret.replace(' ', '-');
    }
}
