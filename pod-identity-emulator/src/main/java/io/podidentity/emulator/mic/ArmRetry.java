package io.podidentity.emulator.mic;

import io.podidentity.emulator.time.EmulatorClock;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;

/**
 * Tries a call to Azure Resource Manager again, if its error is one of those that may pass.
 *
 * @param retries beyond the first try
 * @param passing parts of the messages of errors that may pass
 */
public record ArmRetry(int retries, Duration pause, List<String> passing, EmulatorClock clock) {

    /** As MIC does it: twice, a second apart. */
    static ArmRetry ofMic(EmulatorClock clock) {
        return new ArmRetry(
                2, Duration.ofSeconds(1), List.of("LinkedAuthorizationFailed", "FailedIdentityOperation"), clock);
    }

    /** One call. */
    @FunctionalInterface
    public interface Call {

        void run() throws MachineUpdateException, InterruptedException;
    }

    /**
     * Calls until it succeeds.
     *
     * @param again is asked before each retry, and can change what the next call does
     * @throws MachineUpdateException the last error
     */
    public void run(Call call, Predicate<MachineUpdateException> again)
            throws MachineUpdateException, InterruptedException {
        for (int left = retries; ; left--) {
            try {
                call.run();
                return;
            } catch (MachineUpdateException e) {
                String message = String.valueOf(e.getMessage());
                if (left == 0 || passing.stream().noneMatch(message::contains) || !again.test(e)) {
                    throw e;
                }
                clock.await(pause);
            }
        }
    }
}
