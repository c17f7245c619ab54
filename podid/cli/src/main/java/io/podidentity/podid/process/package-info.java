/** Programs that a command runs in its own place, {@code Child}; and how this process itself ends, {@code Shutdown}. */
@NullMarked
package io.podidentity.podid.process;

import org.jspecify.annotations.NullMarked;
