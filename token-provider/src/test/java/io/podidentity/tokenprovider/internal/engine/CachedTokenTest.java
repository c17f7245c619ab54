// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.support.FakeTime;
import io.podidentity.tokenprovider.support.ScriptedSource;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How old a token is, whatever happens to the clocks. */
class CachedTokenTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final FakeTime time = new FakeTime();
    private final ScriptedSource source = new ScriptedSource("fake", time);
    private final TokenSlot slot = new TokenSlot(
            TokenRequest.forResource("r"),
            new TokenSourceChain(List.of(source), time, null, false),
            Runnable::run,
            time,
            LIMIT);

    @ParameterizedTest
    @ValueSource(longs = {-3_600, -60, -1, 1, 60, 3_600})
    @SuppressWarnings("ReferenceEquality") // An equal token of another request is another token here.
    void get_whenTheWallClockJumps_neitherHandsOutADeadTokenNorAsksMoreThanOnceMore(long jumpSeconds) {
        Duration life = Duration.ofSeconds(20);
        long born = 0;
        AccessToken last = null;
        for (long millis = 0; millis < 60_000; millis += 100) {
            if (millis == 5_000) {
                time.setWallClock(time.now().plusSeconds(jumpSeconds));
            }
            int before = source.calls();
            source.thenTokenFor(life);
            CachedToken fresh = slot.freshToken();
            AccessToken token = fresh == null ? slot.get(false, LIMIT).token : fresh.token;
            if (token != last) {
                born = millis;
                last = token;
            }
            assertThat(source.calls() - before).isLessThanOrEqualTo(1);
            assertThat(millis - born).as("age").isLessThan(life.toMillis());
            time.advance(Duration.ofMillis(100));
        }

        // One for each ten seconds, as without a jump, and one for a jump ahead, which looks like a sleep.
        assertThat(source.calls()).isBetween(6, 8);
    }

    @Test
    void get_afterTheMachineSlept_doesNotHandOutTheTokenOfBefore() {
        AccessToken before = slot.get(false, LIMIT).token;

        time.suspend(Duration.ofHours(8));

        assertThat(slot.freshToken()).isNull();
        assertThat(slot.get(false, LIMIT).token).isNotSameAs(before);
        assertThat(source.calls()).isEqualTo(2);
    }

    @Test
    void get_whenTheWallClockIsSetBackByTheWholeLife_doesNotTakeTheTokenForNew() {
        AccessToken before = slot.get(false, LIMIT).token;

        time.advance(Duration.ofHours(1));
        time.setWallClock(FakeTime.START.plusSeconds(2));

        assertThat(slot.freshToken()).isNull();
        assertThat(slot.get(false, LIMIT).token).isNotSameAs(before);
    }

    @Test
    void get_whenRefreshesFailAndTheWallClockIsSetBack_triesAgainInTime() {
        slot.get(false, LIMIT);
        time.advance(Duration.ofMinutes(55));
        source.thenUnavailable("busy", "");
        slot.get(false, LIMIT);
        assertThat(source.calls()).isEqualTo(2);

        time.setWallClock(time.now().minus(Duration.ofHours(1)));
        time.advance(Duration.ofSeconds(2));
        slot.get(false, LIMIT);

        assertThat(source.calls()).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void get_justBeforeTheExpiry_allowsNoLongerThanThatWithoutALook(boolean asleep) {
        AccessToken before = slot.get(false, LIMIT).token;
        pass(Duration.between(time.now(), before.expiresOn()).minusMillis(300), asleep);
        source.thenUnavailable("busy", "");

        assertThat(slot.get(false, LIMIT).token).isSameAs(before);

        time.advance(Duration.ofMillis(299));
        assertThat(slot.freshToken()).isNotNull();
        time.advance(Duration.ofMillis(1));
        assertThat(slot.freshToken()).isNull();
        assertThat(slot.get(false, LIMIT).token).isNotSameAs(before);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void get_justBeforeARefreshIsDue_allowsNoLongerThanThatWithoutALook(boolean asleep) {
        AccessToken before = slot.get(false, LIMIT).token;
        pass(Duration.between(time.now(), before.refreshOn().orElseThrow()).minusMillis(300), asleep);

        assertThat(slot.get(false, LIMIT).token).isSameAs(before);

        time.advance(Duration.ofMillis(299));
        assertThat(slot.freshToken()).isNotNull();
        time.advance(Duration.ofMillis(1));
        assertThat(slot.get(false, LIMIT).token).isSameAs(before);
        assertThat(source.calls()).isEqualTo(2);
    }

    /** A second without a look at the account, and a sleep, which the steady clock does not see, is one of them. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void fresh_aSecondAfterALook_isNothing(boolean asleep) {
        assertThat(slot.get(false, LIMIT)).isNotNull();
        pass(Duration.ofMinutes(1), asleep);
        assertThat(slot.freshToken()).isNull();
        assertThat(slot.get(false, LIMIT)).isNotNull();

        pass(Duration.ofMillis(999), asleep);
        assertThat(slot.freshToken()).isNotNull();
        pass(Duration.ofMillis(1), asleep);
        assertThat(slot.freshToken()).isNull();
        assertThat(source.calls()).isEqualTo(1);
    }

    /** Lets time pass, for the steady clock too or, where the machine is asleep, for the wall clock alone. */
    private void pass(Duration duration, boolean asleep) {
        if (asleep) {
            time.suspend(duration);
        } else {
            time.advance(duration);
        }
    }
}
