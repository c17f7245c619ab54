/** What MIC and NMI do for one request of one pod, without servers or waiting: start at {@code Replay}. */
@NullMarked
package io.podidentity.emulator.replay;

import org.jspecify.annotations.NullMarked;
