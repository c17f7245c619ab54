package io.podidentity.demo.problem;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class RecentTextsTest {
    private Instant now = Instant.EPOCH;
    private final RecentTexts texts = new RecentTexts(Duration.ofMinutes(1), new Clock() {
        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    });

    @Test
    void isNew_ofATextThatWasThere_isFalseUntilItIsForgotten() {
        assertThat(texts.isNew("a")).isTrue();
        assertThat(texts.isNew("b")).isTrue();
        now = now.plusSeconds(59);
        assertThat(texts.isNew("a")).isFalse();
        now = now.plusSeconds(1);
        assertThat(texts.isNew("a")).isTrue();
    }

    @Test
    void isNew_ofVeryManyTexts_remembersTheLastOnes() {
        for (int i = 0; i < 1_000; i++) {
            assertThat(texts.isNew("text " + i)).isTrue();
        }

        assertThat(texts.isNew("text 999")).isFalse();
        assertThat(texts.isNew("text 0")).isTrue();
    }
}
