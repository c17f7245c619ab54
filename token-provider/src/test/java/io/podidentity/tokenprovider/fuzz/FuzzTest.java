// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.testsupport.Mutations;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every reader of text from elsewhere, with text of chance: the same in each build, and of a seed of its own for
 * {@code -Dpodidentity.fuzz.seconds=N} seconds for each reader. A failure says the seed and shows the text.
 */
@Timeout(value = 3, unit = TimeUnit.HOURS)
class FuzzTest {
    private static final int TEXTS = 4_000;
    private static final int SECONDS = Integer.getInteger("podidentity.fuzz.seconds", 0);
    private static final Duration LONG = Duration.ofSeconds(2);

    @ParameterizedTest
    @EnumSource
    void read_ofWhateverText_isAsTheReaderPromises(Target target) {
        long seed = Long.getLong("podidentity.fuzz.seed", SECONDS == 0 ? 1 : new Random().nextLong());
        Mutations mutations = new Mutations(seed, target.good());
        long end = System.nanoTime() + Duration.ofSeconds(SECONDS).toNanos();
        int count = 0;
        int texts = TEXTS / target.cost();
        while (SECONDS > 0 ? System.nanoTime() - end < 0 : count < texts) {
            read(target, mutations.next(), seed);
            count++;
        }
        if (SECONDS > 0) {
            System.out.printf("%s: %,d texts of seed %d%n", target, count, seed);
        }
    }

    @ParameterizedTest
    @EnumSource
    void read_ofTheGoodTextsAndThoseThatFailedOnce_isAsTheReaderPromises(Target target) {
        target.good().forEach(text -> read(target, text, 0));
        target.failedOnce().forEach(text -> read(target, text, 0));
    }

    /** Else the loop above would prove nothing. */
    @Test
    void mutations_always_areOftenReadAndOftenRefused() {
        assertThat(Arrays.stream(Target.values()).filter(Target::canRefuse)).allSatisfy(target -> {
            Mutations mutations = new Mutations(1, target.good());
            int read = 0;
            for (int i = 0; i < 300; i++) {
                read += target.read(mutations.next()) ? 1 : 0;
            }
            assertThat(read).as(target.name()).isBetween(3, 297);
        });
    }

    private static void read(Target target, String text, long seed) {
        long start = System.nanoTime();
        try {
            target.read(text);
        } catch (RuntimeException | Error e) {
            throw new AssertionError("seed " + seed + ", text " + quoted(text), e);
        }
        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .as("seed %d, text %s", seed, quoted(text))
                .isLessThan(LONG);
    }

    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder();
        text.chars().forEach(c -> quoted.append(c < ' ' || c > '~' ? String.format("\\u%04x", c) : (char) c));
        return quoted.toString();
    }
}
