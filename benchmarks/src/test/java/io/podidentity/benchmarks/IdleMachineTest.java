// SPDX-License-Identifier: Apache-2.0
package io.podidentity.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdleMachineTest {
    private Duration waited = Duration.ZERO;

    @Test
    void awaitIdle_afterABuild_waitsUntilTheLoadHasFallen() throws InterruptedException {
        Deque<Double> loads = new ArrayDeque<>(List.of(11.89, 2.0, 0.5, 0.49));

        double load = new IdleMachine(loads::remove, this::letPass).awaitIdle();

        assertThat(load).isEqualTo(0.49);
        assertThat(waited).isEqualTo(Duration.ofSeconds(15));
    }

    @Test
    void awaitIdle_onAnIdleMachine_doesNotWait() throws InterruptedException {
        assertThat(new IdleMachine(() -> 0.02, this::letPass).awaitIdle()).isEqualTo(0.02);
        assertThat(waited).isZero();
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.5, 11.89, -1})
    void awaitIdle_onAMachineThatStaysBusyOrDoesNotSay_refuses(double load) {
        assertThatThrownBy(new IdleMachine(() -> load, this::letPass)::awaitIdle)
                .isInstanceOf(IdleMachine.BusyException.class)
                .hasMessageContaining("run this again");
        assertThat(waited).isEqualTo(Duration.ofMinutes(15));
    }

    private void letPass(Duration time) {
        waited = waited.plus(time);
    }
}
