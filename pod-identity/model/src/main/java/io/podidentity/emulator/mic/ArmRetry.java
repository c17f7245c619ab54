// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.mic;

import io.podidentity.emulator.mic.VirtualMachines.Refusal;
import io.podidentity.emulator.time.EmulatorClock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Tries a call to Azure Resource Manager again, if its error is one of those that may pass.
 *
 * @param retries beyond the first try
 * @param passing parts of the messages of errors that may pass
 * @since 0.1.0
 */
public record ArmRetry(int retries, Duration pause, List<String> passing, EmulatorClock clock) {

    /** As MIC does it: twice, a second apart. */
    static ArmRetry ofMic(EmulatorClock clock) {
        return new ArmRetry(
                2, Duration.ofSeconds(1), List.of("LinkedAuthorizationFailed", "FailedIdentityOperation"), clock);
    }

    /** One call; says why it is refused. */
    @FunctionalInterface
    public interface Call {

        Optional<Refusal> run() throws InterruptedException;
    }

    /**
     * Calls until it succeeds, or returns the last refusal. A success by the first retry is the failure of the first
     * call all the same, since what was asked for was not done; one by the last retry counts as a success, as
     * upstream's does.
     *
     * @param again is asked before each retry, and can change what the next call does
     */
    public Optional<Refusal> run(Call call, Predicate<Refusal> again) throws InterruptedException {
        Optional<Refusal> first = call.run();
        Optional<Refusal> last = first;
        for (int left = retries; left > 0 && first.isPresent(); left--) {
            if (last.isEmpty()) {
                return first;
            }
            String message = last.get().message();
            if (passing.stream().noneMatch(message::contains) || !again.test(last.get())) {
                return last;
            }
            clock.await(pause);
            last = call.run();
        }
        return last;
    }
}
