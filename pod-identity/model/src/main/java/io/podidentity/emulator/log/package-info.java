/**
 * The formats of logrus and klog, in which the emulated programs write their log lines.
 *
 * <p>Start at {@code LogFormat}.
 */
@NullMarked
package io.podidentity.emulator.log;

import org.jspecify.annotations.NullMarked;
