package io.podidentity.podid.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.podid.kubectl.KubectlException;
import io.podidentity.podid.kubectl.KubectlException.Kind;
import io.podidentity.podid.kubectl.Part;
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

    @Test
    void lifetime_always_isWhatTheClusterGrants() {
        Instant asked = Instant.parse("2026-11-25T10:00:00Z");

        AccountToken token = AccountToken.of(
                new Part(Map.of(
                        "spec", Map.of("expirationSeconds", 1000L),
                        "status", Map.of("token", "a.eyJpc3MiOiJodHRwczovL2kvIn0.b", "expirationTimestamp", ""))),
                asked);

        assertThat(token.renewAt()).isEqualTo(asked.plusSeconds(700));
    }
}
