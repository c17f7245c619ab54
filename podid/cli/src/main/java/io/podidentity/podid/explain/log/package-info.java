/**
 * The option {@code --log} of {@code podid explain}, which says what known lines of logs mean.
 *
 * <p>{@code lines.yaml} is the table of these lines, {@code KnownLine} an entry of it. {@code LogReading} finds the
 * entries in a log, and {@code NamedPods} the pods that the log names. A log can be written by an attacker, so {@code
 * SafeText} decides what of it is shown.
 */
@NullMarked
package io.podidentity.podid.explain.log;

import org.jspecify.annotations.NullMarked;
