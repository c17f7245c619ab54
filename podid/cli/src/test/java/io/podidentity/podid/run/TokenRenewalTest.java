// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.podidentity.podid.kubectl.KubectlException;
import io.podidentity.podid.kubectl.KubectlException.Kind;
import io.podidentity.podid.kubectl.KubernetesJson;
import io.podidentity.podid.run.TokenRenewal.AccountToken;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenRenewalTest {

    @TempDir
    private Path parent;

    private static AccountToken token(String value, Duration life) {
        return new AccountToken(value, life, Instant.now());
    }

    @Test
    void token_beforeItEnds_isReplacedAlsoAfterFailures() throws Exception {
        var asked = new AtomicInteger();
        var renewed = new CountDownLatch(4);
        List<String> log = new CopyOnWriteArrayList<>();
        TokenRenewal.Source source = () -> {
            int number = asked.incrementAndGet();
            renewed.countDown();
            if (number == 2) {
                throw new KubectlException(Kind.NO_CLUSTER, "no way", List.of());
            }
            return token("token " + number, number < 3 ? Duration.ofMillis(100) : Duration.ofHours(1));
        };
        try (TokenFolder folder = TokenFolder.create(parent)) {
            AccountToken first = token("token 0", Duration.ofMillis(100));
            folder.write(first.value());
            TokenRenewal renewal = TokenRenewal.start(source, folder, first, log::add, Clock.systemUTC());
            try {
                // Three requests, the second of which fails; there is no reason for a fourth.
                assertThat(renewed.await(2, TimeUnit.SECONDS)).isFalse();
            } finally {
                renewal.close();
            }
            assertThat(asked).hasValue(3);
            assertThat(folder.file()).content().isEqualTo("token 3");
            assertThat(log).hasSize(2);
            assertThat(log.get(0)).contains("cannot be renewed", "no way");
            assertThat(log.get(1)).contains("renewed again");
        }
        assertThat(parent).isEmptyDirectory();
    }

    /** Such as an empty answer, a text, a token without a life, or one that lives for ever. */
    @Test
    void token_afterOddAnswers_isStillReplaced() throws Exception {
        var asked = new AtomicInteger();
        var renewed = new CountDownLatch(2);
        List<String> log = new CopyOnWriteArrayList<>();
        TokenRenewal.Source source = () -> {
            Map<String, Object> odd = Map.of("spec", Map.of("expirationSeconds", Long.MAX_VALUE), "status", "none");
            return asked.incrementAndGet() == 1
                    ? AccountToken.read(new KubernetesJson(odd), Instant.now())
                    : token("token 2", Duration.ofHours(1));
        };
        try (TokenFolder folder = TokenFolder.create(parent)) {
            TokenRenewal renewal = TokenRenewal.start(
                    source,
                    folder,
                    token("token 0", Duration.ofMillis(100)),
                    line -> {
                        log.add(line);
                        renewed.countDown();
                    },
                    Clock.systemUTC());
            try {
                assertThat(renewed.await(20, TimeUnit.SECONDS)).isTrue();
            } finally {
                renewal.close();
            }
            assertThat(folder.file()).content().isEqualTo("token 2");
            assertThat(log.get(0)).contains("cannot be renewed", "kubectl printed no TokenRequest");
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE, Long.MAX_VALUE})
    void lifetime_thatIsNone_isRefused(long seconds) {
        var request = new KubernetesJson(
                Map.of("spec", Map.of("expirationSeconds", seconds), "status", Map.of("token", "t")));

        assertThatThrownBy(() -> AccountToken.read(request, Instant.EPOCH))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void lifetime_always_isWhatTheClusterGrants() {
        Instant asked = Instant.parse("2026-11-25T10:00:00Z");

        AccountToken token = AccountToken.read(
                new KubernetesJson(Map.of(
                        "spec", Map.of("expirationSeconds", 1000L),
                        "status", Map.of("token", "a.eyJpc3MiOiJodHRwczovL2kvIn0.b", "expirationTimestamp", ""))),
                asked);

        assertThat(token.renewAt()).isEqualTo(asked.plusSeconds(700));
    }
}
