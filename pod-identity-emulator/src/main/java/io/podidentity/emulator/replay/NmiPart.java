package io.podidentity.emulator.replay;

import java.time.Duration;
import java.util.List;

/**
 * What NMI does.
 *
 * @param text what it answers, without a line end; a token is left out
 * @param took how long the pod waits
 * @param log its lines
 */
public record NmiPart(int status, String text, Duration took, List<String> log) {}
