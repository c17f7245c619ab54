package io.podidentity.emulator.mic;

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
     * Calls until it succeeds. A success by the first retry is the failure of the first call all the same, since what
     * was asked for was not done; one by the last retry counts as a success, as upstream's does.
     *
     * @param again is asked before each retry, and can change what the next call does
     * @throws MachineUpdateException the last error
     */
    public void run(Call call, Predicate<MachineUpdateException> again)
            throws MachineUpdateException, InterruptedException {
        Optional<MachineUpdateException> first = error(call);
        Optional<MachineUpdateException> last = first;
        for (int left = retries; left > 0 && first.isPresent(); left--) {
            if (last.isEmpty()) {
                throw first.get();
            }
            String message = String.valueOf(last.get().getMessage());
            if (passing.stream().noneMatch(message::contains) || !again.test(last.get())) {
                throw last.get();
            }
            clock.await(pause);
            last = error(call);
        }
        if (last.isPresent()) {
            throw last.get();
        }
    }

    private static Optional<MachineUpdateException> error(Call call) throws InterruptedException {
        try {
            call.run();
            return Optional.empty();
        } catch (MachineUpdateException e) {
            return Optional.of(e);
        }
    }
}
