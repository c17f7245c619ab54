package io.podidentity.emulator.mic;

import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.log.LogEntry;
import io.podidentity.emulator.log.LogEntry.Level;
import io.podidentity.emulator.log.LogFormat;
import io.podidentity.emulator.time.EmulatorClock;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Writes what {@code kubectl logs mic-…} shows at the default verbosity. MIC always logged through klog; NMI alone
 * began with logrus. Before 1.6.2 its sentences began with a capital letter.
 */
final class MicLog {

    /** The number differs from line to line and from version to version; this one only keeps the form. */
    private static final String SOURCE = "mic.go:1022";

    private final Profile profile;
    private final EmulatorClock clock;
    private final Consumer<String> lines;

    MicLog(Profile profile, EmulatorClock clock, Consumer<String> lines) {
        this.profile = profile;
        this.clock = clock;
        this.lines = lines;
    }

    void info(String message) {
        write(Level.INFO, message);
    }

    void machineUpdate(String machine, int assign, int unassign) {
        String text = profile.isAtLeast(1, 6, 2) ? "updating user-assigned identities" : "updating user assigned MSIs";
        info(text + " on " + machine + ", assign [" + assign + "], unassign [" + unassign + "]");
    }

    void error(String message) {
        write(Level.ERROR, message);
    }

    /** As above, since 1.6.3; more than anybody sees by default before. */
    void reason(String message) {
        if (profile.logsUnmatchedPods()) {
            write(Level.INFO, message);
        }
    }

    private void write(Level level, String message) {
        String sentence =
                profile.isAtLeast(1, 6, 2) ? message : Character.toUpperCase(message.charAt(0)) + message.substring(1);
        lines.accept(LogFormat.KLOG.line(new LogEntry(clock.instant(), level, SOURCE, sentence, Map.of())));
    }
}
