// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RetryScheduleTest {
    private final RetrySchedule schedule = new RetrySchedule(true, true);

    @ParameterizedTest
    @ValueSource(ints = {404, 408, 429, 500, 501, 502, 503, 504, 599})
    void afterStatus_whenBusyOrBroken_doublesTheWaitFiveTimes(int status) {
        assertThat(untilTheEnd(status))
                .satisfiesExactly(
                        wait -> assertThat(wait).isBetween(800L, 880L),
                        wait -> assertThat(wait).isBetween(1_600L, 1_760L),
                        wait -> assertThat(wait).isBetween(3_200L, 3_520L),
                        wait -> assertThat(wait).isBetween(6_400L, 7_040L),
                        wait -> assertThat(wait).isBetween(12_800L, 14_080L));
    }

    @Test
    void afterStatus_whenGone_asksForTheSeventySecondsOfAnUpdate() {
        List<Long> waits = untilTheEnd(410);

        assertThat(waits).hasSize(7).allSatisfy(wait -> assertThat(wait).isBetween(10_000L, 11_000L));
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 204, 301, 302, 400, 401, 403, 405, 409, 600})
    void afterStatus_whenAnswered_givesUpAtOnce(int status) {
        assertThat(schedule.afterAnswer(new HttpResponse(status, "", "1"))).isEqualTo(-1);
        assertThat(RetrySchedule.isRetryable(status)).isFalse();
    }

    @Test
    void afterStatus_whenTheServerNamesALongerWait_waitsThatLong() {
        assertThat(schedule.afterAnswer(new HttpResponse(429, "", "7"))).isEqualTo(7_000);
        assertThat(schedule.afterAnswer(new HttpResponse(503, "", "1"))).isBetween(1_600L, 1_760L);
        assertThat(schedule.afterAnswer(new HttpResponse(410, "", "30"))).isEqualTo(30_000);
    }

    @Test
    void afterNoAnswer_asksThreeTimesMore() {
        assertThat(schedule.afterFailure(new IOException())).isBetween(800L, 880L);
        assertThat(schedule.afterFailure(new IOException())).isBetween(1_600L, 1_760L);
        assertThat(schedule.afterFailure(new IOException())).isBetween(3_200L, 3_520L);
        assertThat(schedule.afterFailure(new IOException())).isEqualTo(-1);
    }

    @Test
    void afterStatus_whenReasonsMix_countsThemTogether() {
        for (int i = 0; i < 5; i++) {
            assertThat(schedule.afterAnswer(new HttpResponse(410, "", null))).isGreaterThanOrEqualTo(10_000);
        }
        assertThat(schedule.afterFailure(new IOException())).isEqualTo(-1);
        assertThat(schedule.afterAnswer(new HttpResponse(500, "", null))).isEqualTo(-1);
        assertThat(schedule.afterAnswer(new HttpResponse(410, "", null))).isGreaterThanOrEqualTo(10_000);
    }

    @Test
    void afterStatus_whenNotPersistent_givesUpAtOnce() {
        RetrySchedule once = new RetrySchedule(false, true);

        assertThat(once.afterAnswer(new HttpResponse(503, "", "1"))).isEqualTo(-1);
        assertThat(once.afterAnswer(new HttpResponse(410, "", null))).isEqualTo(-1);
        assertThat(once.afterFailure(new IOException())).isEqualTo(-1);
    }

    @Test
    void afterStatus_ofManyProcesses_differs() {
        Set<Long> waits = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            waits.add(new RetrySchedule(true, true).afterAnswer(new HttpResponse(500, "", null)));
        }
        assertThat(waits).hasSizeGreaterThan(5);
    }

    private List<Long> untilTheEnd(int status) {
        List<Long> waits = new ArrayList<>();
        for (long wait = schedule.afterAnswer(new HttpResponse(status, "", null));
                wait >= 0;
                wait = schedule.afterAnswer(new HttpResponse(status, "", null))) {
            waits.add(wait);
        }
        return waits;
    }
}
