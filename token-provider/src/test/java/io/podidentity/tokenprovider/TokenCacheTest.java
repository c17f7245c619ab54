package io.podidentity.tokenprovider;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.tokenprovider.support.FakeTime;
import io.podidentity.tokenprovider.support.ScriptedSource;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class TokenCacheTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final FakeTime time = new FakeTime();
    private final ScriptedSource source = new ScriptedSource("fake", time);
    private final TokenCache cache =
            new TokenCache(new TokenSourceChain(List.of(source), time), Runnable::run, time, LIMIT);

    @Test
    void slot_ofTheSameRequest_isTheSame() {
        TokenRequest request = TokenRequest.forResource("r").withTenantId("t").withClaims("{}");

        assertThat(cache.slot(request))
                .isSameAs(cache.slot(request.withForceRefresh(true).withDeadline(LIMIT)));
        assertThat(cache.slot("r")).isSameAs(cache.slot(TokenRequest.forResource("r")));
    }

    @Test
    void slot_ofARequestThatDiffersInAnyPart_isAnother() {
        TokenRequest request = TokenRequest.forResource("r");

        assertThat(List.of(
                        cache.slot(request),
                        cache.slot(TokenRequest.forResource("r/")),
                        cache.slot(request.withTenantId("x")),
                        cache.slot(request.withClientId("x")),
                        cache.slot(request.withClaims("x"))))
                .doesNotHaveDuplicates();
    }

    @Test
    void slot_forTenThousandResources_keepsTheirNumberBounded() {
        for (int i = 0; i < 10_000; i++) {
            cache.slot("https://resource/" + i).get(false, LIMIT);
            time.advance(Duration.ofMillis(1));
        }

        assertThat(cache.size()).isLessThanOrEqualTo(TokenCache.MAX_SLOTS);
        assertThat(source.calls()).isEqualTo(10_000);
        assertThat(cache.slot("https://resource/9999").fresh()).isNotNull();
        assertThat(cache.slot("https://resource/0").fresh()).isNull();
    }

    @Test
    void slot_whenFull_dropsTheExpiredFirst() {
        source.thenTokenFor(Duration.ofHours(2));
        cache.slot("long").get(false, LIMIT);
        for (int i = 1; i < TokenCache.MAX_SLOTS; i++) {
            source.thenTokenFor(Duration.ofMinutes(1));
            cache.slot("short " + i).get(false, LIMIT);
        }
        time.advance(Duration.ofMinutes(2));

        cache.slot("one more");

        assertThat(cache.size()).isEqualTo(2);
        assertThat(cache.slot("long").fresh()).isNotNull();
    }

    @Test
    void clear_forgetsTokensAlsoForThoseWhoHoldASlot() {
        TokenSlot slot = cache.slot("r");
        slot.get(false, LIMIT);

        cache.clear();

        assertThat(slot.fresh()).isNull();
        assertThat(cache.size()).isZero();
    }

    @Test
    void slot_whenFullOfValidTokens_dropsThoseThatExpireFirst() {
        TokenSlot soonest = cache.slot("minutes 10");
        for (int i = 0; i < TokenCache.MAX_SLOTS; i++) {
            // Neither in the order of their making nor against it.
            int minutes = 10 + i * 7 % TokenCache.MAX_SLOTS;
            source.thenTokenFor(Duration.ofMinutes(minutes));
            cache.slot("minutes " + minutes).get(false, LIMIT);
        }

        cache.slot("one more");

        assertThat(cache.size()).isEqualTo(TokenCache.MAX_SLOTS * 3 / 4 + 1);
        assertThat(soonest.fresh()).isNull();
        assertThat(cache.slot("minutes 260").fresh()).isNotNull();
        assertThat(cache.slot("minutes 259").fresh()).isNull();
    }

    @Test
    void slot_upToTheBound_dropsNothing() {
        for (int i = 0; i < TokenCache.MAX_SLOTS; i++) {
            cache.slot("resource " + i).get(false, LIMIT);
        }

        assertThat(cache.size()).isEqualTo(TokenCache.MAX_SLOTS);
    }

    @Test
    void clear_forgetsWhichSourceAnsweredFirst() {
        ScriptedSource other = new ScriptedSource("other", time);
        TokenCache cache =
                new TokenCache(new TokenSourceChain(List.of(source, other), time), Runnable::run, time, LIMIT);
        cache.slot("r").get(false, LIMIT);
        source.thenUnavailable("gone", "");

        cache.clear();

        assertThat(cache.slot("r").get(false, LIMIT).token).isNotNull();
        assertThat(other.calls()).isEqualTo(1);
    }
}
